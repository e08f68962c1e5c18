import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { loopbackListener } from './loopback-listener.js';

it.runIf(process.platform === 'linux')('tells a server from a later one at the same port', async () => {
  const listen = async (port: number) => {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
    const url = `http://127.0.0.1:${address.port}/api`;
    const name = loopbackListener(url);
    expect(loopbackListener(url)).toBe(name);
    server.close();
    await once(server, 'close');
    return { name, url, port: address.port };
  };
  const first = await listen(0);
  const second = await listen(first.port);
  expect(first.name).toMatch(/^\d+$/);
  expect(second.name).toMatch(/^\d+$/);
  expect(second.name).not.toBe(first.name);
  expect(loopbackListener(first.url)).toBeUndefined();
});
