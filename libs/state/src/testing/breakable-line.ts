import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A connection to a server that can be cut between a request and its answer. */
export interface BreakableLine {
  readonly url: string;
  /** Passes on the next request that contains `words`, and cuts the connection when its answer comes. */
  breakAtAnswerTo(words: string): void;
  close(): Promise<void>;
}

/** @param url of the server, e.g. `redis://127.0.0.1:6379` */
export async function startBreakableLine(url: string): Promise<BreakableLine> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let awaited: string | undefined;
  let breaks = false;
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      // The other side closed it.
      socket.on('error', () => undefined).on('close', () => [near, far].forEach((each) => each.destroy()));
    }
    near.on('data', (data) => {
      if (awaited !== undefined && data.includes(awaited)) {
        awaited = undefined;
        breaks = true;
      }
      far.write(data);
    });
    far.on('data', (data) => {
      if (!breaks) return void near.write(data);
      breaks = false;
      near.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return {
    url: `redis://127.0.0.1:${address.port}`,
    breakAtAnswerTo: (words) => void (awaited = words),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
