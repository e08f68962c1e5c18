export {
  GenerationChangedError,
  GenerationUnreadableError,
  NotDurableError,
  NotReplicatedError,
  StoreClosedError,
} from './errors.js';
export { hasForgotten } from './generation.js';
export { notify, onAbort } from './listeners.js';
export { isAlive, readBootId, sleep, systemClock, type Clock } from './machine.js';
export { createMemoryStore, type MemoryStoreOptions } from './memory.js';
export { accountNamespace } from './namespace.js';
export { parseRedisUrl, type RedisNode, type RedisTarget } from './redis/url.js';
export type {
  Generation,
  GenerationGuard,
  GenerationWriter,
  GuardedUpdate,
  ListableStore,
  Persistence,
  StateStore,
  StorePlace,
  StoreTime,
  Update,
  UpdateOptions,
  Updater,
} from './state-store.js';
