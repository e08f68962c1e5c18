import { cp, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOrdersError } from '@wemasy-orders/client';
import { orderPage, sendJson, startUpstream } from '@wemasy-orders/client/testing';
import { systemClock } from '@wemasy-orders/state';
import { hasRedis, startRedis } from '@wemasy-orders/state/testing';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Services } from './services.js';
import { setUp, type SetUpOptions } from './services.js';

if (!hasRedis && process.env['CI']) throw new Error('CI needs redis-server: apt-get install redis-server');

type Environment = SetUpOptions['environment'];

/** A user of this machine, and a shop whose books count what is sent. */
async function startScene() {
  const home = await mkdtemp(join(tmpdir(), 'wemasy-identity-'));
  const books: string[] = [];
  const upstream = await startUpstream(({ url, body, headers }, response) => {
    if (!url.includes('sync')) return sendJson(response, 200, orderPage([]));
    books.push(`${String(headers.authorization)} ${body}`);
    return sendJson(response, 200, { error: false, message: 'Order synced.', data: [] });
  });
  onTestFinished(async () => {
    await upstream.close();
    await rm(home, { recursive: true, force: true });
  });
  return {
    home,
    books,
    url: upstream.url,
    /** Starts a program of this user, uses it and ends it. */
    async run<T>(
      environment: Environment,
      use: (services: Services, log: string[]) => Promise<T>,
    ): Promise<T> {
      const log: string[] = [];
      const { services, faults, close } = await setUp({
        flags: {},
        environment: {
          WEMASY_API_URL: upstream.url,
          WEMASY_API_TOKEN: 'token',
          WEMASY_RATE_LIMITS: 'syncOrder=60/60',
          ...environment,
        },
        platform: process.platform,
        home,
        readFile: () => '',
        caller: { app: 'tests', version: '1.0.0' },
        clock: systemClock,
        writeLog: (line) => log.push(line),
      });
      expect(faults).toEqual([]);
      try {
        return await use(services(), log);
      } finally {
        await close();
      }
    },
    /** What became of sending an order: `synced`, or the code of the error. */
    async sync(environment: Environment, orderId = 42): Promise<string> {
      return await this.run(environment, async ({ orderSync }) => await outcomeOf(orderSync.sync(orderId)));
    },
    /** Why an order is not sent. */
    async refusal(environment: Environment, orderId = 42): Promise<string> {
      return await this.run(environment, async ({ orderSync }) => {
        const error: unknown = await orderSync.sync(orderId).catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({
          name: 'WriteRefusedError',
          code: 'configuration_error',
          effect: 'none',
        });
        return error instanceof Error ? error.message : '';
      });
    },
  };
}

async function outcomeOf(call: Promise<unknown>): Promise<string> {
  return await call.then(
    () => 'synced',
    (error: unknown) => {
      if (!isOrdersError(error)) throw error;
      return error.code;
    },
  );
}

describe('one journal, however a process is started', () => {
  it.each([
    ['PATH', ''],
    ['HOME', ''],
    ['HOME', 'relative'],
    ['HOME', '$HOME'],
    ['XDG_STATE_HOME', '/elsewhere'],
    ['XDG_STATE_HOME', 'relative'],
    ['LOCALAPPDATA', 'C:\\redirected'],
  ])('with the variable %s=%s', async (variable, value) => {
    const scene = await startScene();
    expect(await scene.sync({})).toBe('synced');
    expect(await scene.sync({ [variable]: value })).toBe('already_synced');
    expect(scene.books).toHaveLength(1);
  });

  it('through a symbolic link to its folder, also at the same time', async () => {
    const scene = await startScene();
    const [folder, link] = [join(scene.home, 'state'), join(scene.home, 'link')];
    expect(await scene.sync({ WEMASY_STATE: folder }, 1)).toBe('synced');
    await symlink(folder, link);
    const ids = Array.from({ length: 20 }, (_, index) => index + 1);
    const environments = [{ WEMASY_STATE: folder }, { WEMASY_STATE: link }];
    const limits = { WEMASY_RATE_LIMITS: 'listOrders=1000/60,syncOrder=1000/60' };
    await Promise.all(
      environments.map((environment) =>
        scene.run({ ...environment, ...limits }, async ({ orderSync }) => {
          for (const id of ids) await outcomeOf(orderSync.sync(id));
        }),
      ),
    );
    expect(scene.books).toHaveLength(ids.length);
  });

  it('with any spelling of account and base URL', async () => {
    const scene = await startScene();
    const { origin, pathname } = new URL(scene.url);
    const name = 'shop-a';
    const cased = fc
      .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
      .map((upper) => [...name].map((char, at) => (upper[at] ? char.toUpperCase() : char)).join(''));
    const blanks = fc.constantFrom('', ' ', '\t', '\u00a0', '  ');
    const account = fc.oneof(
      fc.constantFrom(undefined, '', ' '),
      fc.tuple(blanks, cased, blanks).map((parts) => parts.join('')),
      fc.constant('ｓｈｏｐ－ａ'),
    );
    const path = fc
      .tuple(fc.constantFrom('/', '//', '/./'), fc.constantFrom('', '/', '//'))
      .map(([before, after]) => `${before}${pathname.slice(1)}${after}`.replace('api', 'a%70i'));
    expect(await scene.sync({ WEMASY_ACCOUNT: name })).toBe('synced');
    await fc.assert(
      fc.asyncProperty(account, path, async (WEMASY_ACCOUNT, spelled) => {
        const outcome = await scene.sync({ WEMASY_ACCOUNT, WEMASY_API_URL: `${origin}${spelled}` });
        expect(outcome).toBe('already_synced');
      }),
      { numRuns: 30 },
    );
    expect(scene.books).toHaveLength(1);
  });

  it('with a token that replaced another', async () => {
    const scene = await startScene();
    expect(await scene.sync({ WEMASY_API_TOKEN: 'old' })).toBe('synced');
    expect(await scene.sync({ WEMASY_API_TOKEN: 'new' })).toBe('already_synced');
    expect(await scene.sync({ WEMASY_API_TOKEN: 'new' }, 43)).toBe('synced');
    expect(await scene.sync({ WEMASY_API_TOKEN: 'newer' }, 43)).toBe('already_synced');
  });

  it('begun by several processes at once', async () => {
    const scene = await startScene();
    await Promise.all(Array.from({ length: 6 }, () => scene.sync({})));
    expect(scene.books).toHaveLength(1);
  });
});

describe('an account that is not certain', () => {
  it('is refused where two tokens take turns, until the user says whose they are', async () => {
    const scene = await startScene();
    const [a, b] = [{ WEMASY_API_TOKEN: 'shop-a' }, { WEMASY_API_TOKEN: 'shop-b' }];
    expect(await scene.sync(a, 42)).toBe('synced');
    expect(await scene.sync(b, 43)).toBe('synced');
    expect(await scene.refusal(a, 44)).toMatch(/wemasy-orders account add default.*account add NAME/);
    expect(await scene.refusal(b, 44)).toMatch(/two tokens take turns/);

    await scene.run(b, ({ journal }) => journal.addAccount('shop-b'));
    await scene.run(a, ({ journal }) => journal.addAccount('default'));
    // Order 43 of shop B went with its token; order 43 of shop A was never sent.
    expect(await scene.sync({ ...b, WEMASY_ACCOUNT: 'shop-b' }, 43)).toBe('already_synced');
    expect(await scene.sync(a, 43)).toBe('synced');
    expect(await scene.sync(b, 42)).toBe('synced');
    expect(await scene.sync(a, 42)).toBe('already_synced');
    expect(scene.books).toHaveLength(4);
  });

  it('says that an order was sent with another token', async () => {
    const scene = await startScene();
    await scene.sync({ WEMASY_API_TOKEN: 'shop-a' });
    await scene.run({ WEMASY_API_TOKEN: 'shop-b' }, async ({ orderSync }) => {
      await expect(orderSync.sync(42)).rejects.toMatchObject({
        code: 'already_synced',
        hadOtherToken: true,
        message: expect.stringContaining('It was sent with another token than the present one.'),
      });
    });
  });

  it('is refused where its name is new and another is known', async () => {
    const scene = await startScene();
    expect(await scene.sync({ WEMASY_ACCOUNT: 'shop-a' })).toBe('synced');
    const other = { WEMASY_ACCOUNT: 'shop-b', WEMASY_API_TOKEN: 'other' };
    expect(await scene.refusal(other)).toMatch(/Known: shop-a\..*wemasy-orders account add shop-b/);
    await scene.run(other, ({ journal }) => journal.addAccount('shop-b'));
    expect(await scene.sync(other)).toBe('synced');
    expect(await scene.sync({ WEMASY_API_TOKEN: 'other' })).toBe('already_synced');
    expect(await scene.refusal({ WEMASY_API_TOKEN: 'third' })).toMatch(/belongs to none of them/);
  });

  it('is refused where the token is known under another name, until it is renamed', async () => {
    const scene = await startScene();
    expect(await scene.sync({})).toBe('synced');
    const named = { WEMASY_ACCOUNT: 'Shop A' };
    expect(await scene.refusal(named)).toMatch(/wemasy-orders account rename default "shop a"/);
    await scene.run({}, ({ journal }) => journal.renameAccount('default', 'shop a'));
    expect(await scene.sync(named)).toBe('already_synced');
    expect(await scene.sync({})).toBe('already_synced');
    expect(scene.books).toHaveLength(1);
  });

  it('can be read all the same', async () => {
    const scene = await startScene();
    await scene.sync({ WEMASY_ACCOUNT: 'shop-a' });
    const other = { WEMASY_ACCOUNT: 'shop-b', WEMASY_API_TOKEN: 'other' };
    await scene.run(other, async ({ client, orderSync }) => {
      expect((await client.list()).data).toEqual([]);
      expect(await orderSync.history(42)).toMatchObject({ state: 'not_sent' });
    });
  });

  it('never names a token in what is kept', async () => {
    const scene = await startScene();
    await scene.sync({ WEMASY_API_TOKEN: 'canary-token' });
    await scene.run({ WEMASY_API_TOKEN: 'canary-token' }, async ({ journal }) => {
      expect(JSON.stringify([await journal.listAccounts(), await journal.status()])).not.toContain('canary');
    });
  });
});

describe('a journal that is not the one before', () => {
  const expected = /Expected: journal \S+ at .*Found: .*wemasy-orders journal use/;

  it('in another folder is refused, and used once the user says so', async () => {
    const scene = await startScene();
    expect(await scene.sync({})).toBe('synced');
    const elsewhere = { WEMASY_STATE: join(scene.home, 'elsewhere') };
    expect(await scene.refusal(elsewhere)).toMatch(expected);
    expect(scene.books).toHaveLength(1);
    await scene.run(elsewhere, ({ journal }) => journal.useJournal());
    expect(await scene.sync(elsewhere, 43)).toBe('synced');
    expect(await scene.refusal({}, 44)).toMatch(expected);
  });

  it('that was deleted is refused', async () => {
    const scene = await startScene();
    const state = { WEMASY_STATE: join(scene.home, 'state') };
    expect(await scene.sync(state)).toBe('synced');
    await rm(state.WEMASY_STATE, { recursive: true });
    expect(await scene.refusal(state)).toMatch(expected);
    expect(scene.books).toHaveLength(1);
  });

  it('and is a copy is refused, though the original is used on', async () => {
    const scene = await startScene();
    const [state, copy] = [join(scene.home, 'state'), join(scene.home, 'copy')];
    expect(await scene.sync({ WEMASY_STATE: state })).toBe('synced');
    await cp(state, copy, { recursive: true });
    expect(await scene.refusal({ WEMASY_STATE: copy })).toMatch(/may be a copy/);
    expect(await scene.sync({ WEMASY_STATE: state }, 43)).toBe('synced');
  });

  it('stays the same when its folder was moved', async () => {
    const scene = await startScene();
    const [state, moved] = [join(scene.home, 'state'), join(scene.home, 'moved')];
    expect(await scene.sync({ WEMASY_STATE: state })).toBe('synced');
    await rename(state, moved);
    expect(await scene.sync({ WEMASY_STATE: moved })).toBe('already_synced');
    expect(await scene.sync({ WEMASY_STATE: moved }, 43)).toBe('synced');
  });

  it('is noticed by a process that runs, even where its whole folder was emptied', async () => {
    const scene = await startScene();
    await scene.run({}, async ({ orderSync }) => {
      await orderSync.sync(42);
      const folder = join(scene.home, '.wemasy-orders');
      for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
      expect(await outcomeOf(orderSync.sync(43))).toBe('configuration_error');
      expect(scene.books).toHaveLength(1);
    });
  });

  it('is shown by the doctor', async () => {
    const scene = await startScene();
    await scene.sync({});
    const text = async (environment: Environment) =>
      await scene.run(environment, async (services) => {
        const { journal, refusal } = await services.journal.status();
        return `${journal?.id ?? 'none'} ${refusal?.reason ?? 'ok'}`;
      });
    const [one, two] = [await text({}), await text({ HOME: '/elsewhere' })];
    expect(one).toBe(two);
    expect(one).toMatch(/ ok$/);
    expect(await text({ WEMASY_STATE: join(scene.home, 'other') })).toMatch(/^none Nothing was sent/);
  });
});

describe('a journal in memory', () => {
  it('is refused against an API, unless the user accepts it', async () => {
    const scene = await startScene();
    const memory = { WEMASY_STATE: 'memory' };
    expect(await scene.refusal(memory)).toContain('WEMASY_ACCEPT_VOLATILE_JOURNAL=on');
    expect(scene.books).toEqual([]);
    expect(await scene.sync({ ...memory, WEMASY_ACCEPT_VOLATILE_JOURNAL: 'on' })).toBe('synced');
  });

  it('is enough for the sandbox, which has no books', async () => {
    const scene = await startScene();
    expect(await scene.sync({ WEMASY_STATE: 'memory', WEMASY_API_TOKEN: 'sandbox-full-access' })).toBe(
      'synced',
    );
  });
});

describe.runIf(hasRedis)('a journal in Redis', () => {
  async function start(options: Parameters<typeof startRedis>[0] = {}) {
    const redis = await startRedis(options);
    onTestFinished(() => redis.close());
    return redis;
  }

  it('that keeps nothing on disk is refused, unless the user accepts it', async () => {
    const scene = await startScene();
    const redis = await start({ persistent: false });
    const state = { WEMASY_STATE: redis.url };
    expect(await scene.refusal(state)).toContain('WEMASY_ACCEPT_VOLATILE_JOURNAL=on');
    expect(scene.books).toEqual([]);
    const accepted = { ...state, WEMASY_ACCEPT_VOLATILE_JOURNAL: 'on' };
    expect(await scene.sync(accepted)).toBe('synced');
    await redis.restart();
    expect(await scene.refusal(accepted)).toMatch(/there is no journal here/);
    expect(scene.books).toHaveLength(1);
  });

  it('that may evict records is refused', async () => {
    const scene = await startScene();
    const redis = await start({ args: ['--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru'] });
    expect(await scene.refusal({ WEMASY_STATE: redis.url })).toMatch(/evict/);
    expect(scene.books).toEqual([]);
  });

  it('that was emptied is refused, by a process that runs and by a later one', async () => {
    const scene = await startScene();
    const redis = await start();
    const state = { WEMASY_STATE: redis.url };
    await scene.run(state, async ({ orderSync }) => {
      await orderSync.sync(42);
      await redis.command('FLUSHALL');
      expect(await outcomeOf(orderSync.sync(42))).toBe('configuration_error');
    });
    expect(await scene.refusal(state)).toMatch(/Expected: journal \S+ at redis:.* with \d+ writes/);
    expect(scene.books).toHaveLength(1);
    await scene.run(state, ({ journal }) => journal.useJournal());
    expect(await scene.sync(state, 43)).toBe('synced');
  });

  it('is the same one, however its address is spelled', async () => {
    const scene = await startScene();
    const { port } = await start();
    expect(await scene.sync({ WEMASY_STATE: `redis://127.0.0.1:${port}` })).toBe('synced');
    for (const address of [`localhost:${port}`, `LocalHost:${port}/`, `127.0.0.1:${port}/00 `]) {
      expect(await scene.sync({ WEMASY_STATE: `redis://${address}` })).toBe('already_synced');
    }
    expect(scene.books).toHaveLength(1);
  });

  it('that several processes write to at once, also for one order, is not taken for one that lost writes', async () => {
    const scene = await startScene();
    const redis = await start();
    const state = { WEMASY_STATE: redis.url, WEMASY_RATE_LIMITS: 'listOrders=1000/60,syncOrder=1000/60' };
    const ids = [1, 2, 3, 4, 5, 6];
    const outcomes = await Promise.all(
      Array.from({ length: 4 }, () =>
        scene.run(state, ({ orderSync }) => Promise.all(ids.map((id) => outcomeOf(orderSync.sync(id))))),
      ),
    );
    expect(new Set(outcomes.flat())).not.toContain('configuration_error');
    expect(scene.books).toHaveLength(ids.length);
    expect(await scene.sync(state, 7)).toBe('synced');
  });

  it('that lost its last writes is refused', async () => {
    const scene = await startScene();
    const redis = await start();
    const state = { WEMASY_STATE: redis.url };
    await scene.sync(state, 41);
    const key = await redis.command('EVAL', "return redis.call('KEYS', '*/journal')[1]", '0');
    const behind = await redis.command('GET', key);
    await scene.sync(state, 42);
    await redis.command('SET', key, behind);
    expect(await scene.refusal(state, 43)).toMatch(/has lost its last writes/);
  });
});
