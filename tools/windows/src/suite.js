// @ts-check
/** What has to work on Windows. Started by `main.js`. */
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createFolderStore } from '@wemasy-orders/state/folder';
import { systemClock } from '@wemasy-orders/state';

const run = promisify(execFile);
const pathOf = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const commandLine = pathOf('../../../apps/cli/dist/main.js');
const mcpServer = pathOf('../../../apps/mcp-server/dist/main.js');
const sandboxServer = pathOf('../../../apps/sandbox/dist/main.js');

const state = 'C:\\state of the shop';
/** The file of the record `shop/open`. */
const record = join(state, 'shop', 'open.json');
/** @type {(record: unknown) => { record: object, result: number }} */
const count = (record) => {
  const n = typeof record === 'object' && record !== null && 'n' in record ? Number(record.n) + 1 : 1;
  return { record: { n }, result: n };
};

/** @param {{ folder?: string, times?: number, durable?: boolean, dies?: boolean }} task @returns {Promise<number[]>} */
async function countWith({ folder = state, times = 1, durable = false, dies = false }) {
  const task = JSON.stringify({ folder, times, durable, dies });
  const { stdout } = await run(process.execPath, [pathOf('count.js'), task]);
  return JSON.parse(stdout);
}

/** The short name of a folder on drive C, from the days of 8 and 3 characters. */
function shortNameOf(/** @type {string} */ name) {
  const listing = execFileSync('cmd', ['/c', 'dir /x C:\\'], { encoding: 'utf8' });
  const short = new RegExp(`(\\S*~\\S*)\\s+${name}`).exec(listing)?.[1];
  assert.ok(short, `no short name in:\n${listing}`);
  return `C:\\${short}`;
}

test('this is Windows', () => {
  assert.equal(process.platform, 'win32');
});

describe('the folder store', () => {
  beforeEach(() => {
    for (const name of readdirSync(state)) rmSync(join(state, name), { recursive: true });
  });

  for (const durable of [false, true]) {
    test(`loses no ${durable ? 'durable ' : ''}update of three processes`, async () => {
      const times = durable ? 30 : 100;
      const seen = await Promise.all([1, 2, 3].map(() => countWith({ times, durable })));
      assert.equal(new Set(seen.flat()).size, 3 * times);
    });
  }

  test('is one for processes that spell its path differently', async () => {
    const spellings = [
      state,
      'c:\\STATE OF THE SHOP',
      'C:/State of the Shop/',
      '\\\\?\\C:\\state of the shop',
      's:\\',
      shortNameOf('state of the shop'),
    ];
    const seen = await Promise.all(spellings.map((folder) => countWith({ folder, times: 40 })));
    assert.equal(new Set(seen.flat()).size, spellings.length * 40);
    const { id } = await createFolderStore({ folder: state }).openGeneration('shop/journal');
    const places = await Promise.all(
      spellings.map(async (folder) => {
        const store = createFolderStore({ folder });
        assert.equal((await store.readGeneration('shop/journal'))?.id, id);
        return (await store.place('shop/journal')).file;
      }),
    );
    assert.equal(new Set(places).size, 1);
  });

  test('is not delayed by a process that was killed while it held the lock', async () => {
    await assert.rejects(countWith({ dies: true }));
    let waitedMs = 0;
    const store = createFolderStore({
      folder: state,
      clock: {
        ...systemClock,
        setTimer(fn, ms, options) {
          waitedMs += ms;
          return systemClock.setTimer(fn, ms, options);
        },
      },
    });
    assert.equal(await store.update('shop/Count', count), 1);
    assert.ok(waitedMs < 50, `waited ${waitedMs} ms`);
  });

  test('waits for a program that has a record open for a moment', async () => {
    const store = createFolderStore({ folder: state });
    await store.update('shop/open', count);
    const held = spawn(process.execPath, [pathOf('hold-open.js'), record, '30'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(held.stdout, 'data');
    assert.equal(await store.update('shop/open', count), 2);
    await once(held, 'close');
  });

  test('says so when a program has a record open for long, and keeps the record', async () => {
    const store = createFolderStore({ folder: state });
    await store.update('shop/open', count);
    const file = openSync(record, 'r');
    for (const durable of [false, true]) {
      await assert.rejects(
        store.update('shop/open', count, { durable }),
        /another program has a file of it open/,
      );
    }
    closeSync(file);
    assert.equal(await store.update('shop/open', count), 2);
  });

  test('keeps keys apart that differ in case, or are names of devices', async () => {
    const store = createFolderStore({ folder: state });
    const keys = ['a/key', 'A/key', 'a/KEY', 'a/con', 'a/nul', 'a/com1', 'a/x.', 'a/x', 'a/x ', 'a/x:y'];
    for (const key of keys) assert.equal(await store.update(key, count), 1);
    for (const key of keys) assert.equal(await store.update(key, count, { durable: true }), 2);
    assert.deepEqual((await store.keys('a')).sort(), keys.filter((key) => key.startsWith('a/')).sort());
  });

  test('knows its records by their generation', async () => {
    const store = createFolderStore({ folder: state });
    const key = 'shop/journal';
    const expected = await store.openGeneration(key);
    assert.equal((await store.updateGuarded('shop/order/1', count, { key, expected })).result, 1);
    rmSync(join(state, 'shop'), { recursive: true });
    await assert.rejects(store.updateGuarded('shop/order/1', count, { key, expected }), {
      name: 'GenerationChangedError',
    });
  });

  test('takes a folder in the place of a record for no record', async () => {
    const store = createFolderStore({ folder: state });
    mkdirSync(join(state, 'record.json'));
    await assert.rejects(store.update('record', count), { code: 'EFTYPE' });
  });
});

/** Runs an app; of Windows' environment only what every process has. @param {string[]} args @param {Record<string, string>} [environment] */
async function start(args, environment = {}) {
  const { SystemRoot = 'C:\\windows', PATH = '' } = process.env;
  const child = spawn(process.execPath, args, {
    env: { SystemRoot, PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => (output += text));
  }
  const [code] = await once(child, 'close');
  return { code, output };
}

describe('the apps', () => {
  /** @type {(() => void)[]} */
  const closers = [];
  after(() => {
    for (const close of closers) close();
  });

  /** A sandbox of its own; returns the address of its API. */
  async function startSandbox() {
    const child = spawn(process.execPath, [sandboxServer, '--port', '0', '--orders', '20'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    closers.push(() => child.kill());
    for await (const line of createInterface({ input: child.stdout })) {
      const url = /http:\/\/\S+\/api/.exec(line)?.[0];
      if (url !== undefined) return url;
    }
    throw new Error('the sandbox ended');
  }

  test('have one default place, whatever a client leaves of the environment', async () => {
    const environments = [
      {},
      { LOCALAPPDATA: 'C:\\packaged\\LocalCache', APPDATA: '', HOME: 'relative' },
      { USERPROFILE: 'Q:\\nowhere', HOMEDRIVE: 'Q:', HOMEPATH: '\\', XDG_STATE_HOME: 'state' },
    ];
    for (const app of [commandLine, mcpServer]) {
      for (const environment of environments) {
        const { output } = await start([app, 'doctor'], environment);
        assert.match(output, /folder C:\\users\\\w+\\\.wemasy-orders/, output);
      }
    }
  });

  test('pass their own examination', async () => {
    const { code, output } = await start([mcpServer, 'doctor', '--sandbox']);
    assert.doesNotMatch(output, /FAULT/);
    assert.equal(code, 0, output);
  });

  test('send an order once, from two processes that spell the place differently', async () => {
    const settings = { WEMASY_API_URL: await startSandbox(), WEMASY_API_TOKEN: 'sandbox-full-access' };
    const examined = await start([commandLine, 'doctor'], { ...settings, WEMASY_STATE: 'C:\\shop' });
    assert.equal(examined.code, 0, examined.output);
    const listed = await start([commandLine, 'list', '--format', 'json'], {
      ...settings,
      WEMASY_STATE: 'C:\\shop',
    });
    const id = /"id": ?(\d+)/.exec(listed.output)?.[1];
    assert.ok(id, listed.output);
    const sent = await Promise.all(
      ['C:\\shop', 'c:\\SHOP\\', '\\\\?\\C:\\shop'].map((place) =>
        start([commandLine, 'sync', id, '--json'], { ...settings, WEMASY_STATE: place }),
      ),
    );
    for (const { code, output } of sent) assert.equal(code, 0, output);
    const times = sent.map(({ output }) => /"synced_at": "([^"]+)"/.exec(output)?.[1]);
    assert.ok(times[0] !== undefined);
    assert.equal(new Set(times).size, 1, sent.map(({ output }) => output).join('\n'));
    const journal = readdirSync('C:\\shop', { recursive: true }).map(String);
    assert.equal(journal.filter((name) => name.endsWith(`order\\${id}.json`)).length, 1);
  });
});
