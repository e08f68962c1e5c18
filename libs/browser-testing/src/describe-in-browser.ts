import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';

const executablePath = [process.env['CHROME_PATH'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
);

export interface Look {
  /** Width of the window in CSS pixels. */
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
}

export interface Visit {
  readonly page: Page;
  /** Closes the page; fails if it logged an error or sent a request to another machine. */
  end(): Promise<void>;
}

/** @param prepare receives the page before it loads the URL */
export type Open = (url: string, look?: Look, prepare?: (page: Page) => Promise<void>) => Promise<Visit>;

/** A suite in a real browser. Without a browser it is skipped, in CI it fails. */
export function describeInBrowser(name: string, suite: (open: Open) => void): void {
  if (executablePath === undefined && process.env['CI']) {
    throw new Error('CI needs a browser: install chromium or set CHROME_PATH.');
  }
  describe.skipIf(executablePath === undefined)(`${name} (needs Chromium)`, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({
        ...(executablePath === undefined ? {} : { executablePath }),
        args: [
          // Chromium's sandbox does not start as root, the user of CI containers.
          ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
          '--disable-gpu',
          '--disable-quic',
          '--no-first-run',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
        ],
      });
    });
    afterAll(() => browser.close());

    suite(async (url, { width = 1280, colorScheme = 'light' } = {}, prepare = async () => undefined) => {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      const errors: string[] = [];
      const hosts = new Set<string>();
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('request', (request) => {
        const { protocol, hostname } = new URL(request.url());
        if (protocol !== 'data:' && protocol !== 'blob:') hosts.add(hostname);
      });
      await prepare(page);
      await page.goto(url);
      return {
        page,
        async end() {
          await page.close();
          expect(errors).toEqual([]);
          expect([...hosts]).toEqual(['127.0.0.1']);
        },
      };
    });
  });
}
