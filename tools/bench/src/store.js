// @ts-check
import { createMemoryStore } from '@wemasy-orders/state';

/**
 * Opens the store that a worker shares with the others.
 *
 * @param {string} place `memory`, `redis://…` or a folder
 */
export async function openStore(place) {
  if (place === 'memory') return createMemoryStore();
  if (place.startsWith('redis:')) {
    const { createRedisStore } = await import('@wemasy-orders/state/redis');
    return createRedisStore({ url: place });
  }
  const { createFolderStore } = await import('@wemasy-orders/state/folder');
  return createFolderStore({ folder: place });
}
