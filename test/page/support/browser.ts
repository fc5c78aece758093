import { after, before } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** A tab, and what went wrong in it. */
export interface Tab {
  readonly page: Page;
  /** Errors and warnings of its console, and what its script threw. */
  readonly complaints: readonly string[];
  /** Addresses that it asked for, of other hosts than the one it shows. */
  readonly strayRequests: readonly string[];
}

/** Nothing of the browser's own that would call home. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

/** A browser for the tests of one file. The function opens a tab in a fresh profile. */
export function browserForTests(): (url: string, options?: BrowserContextOptions) => Promise<Tab> {
  let browser: Browser;
  before(async () => {
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args: FLAGS });
  });
  after(() => browser.close());
  return async (url, options = {}) => {
    const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const complaints: string[] = [];
    const strayRequests: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') {
        complaints.push(message.text());
      }
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      const asked = new URL(request.url());
      if (asked.protocol !== 'data:' && asked.host !== new URL(url).host) {
        strayRequests.push(request.url());
      }
    });
    await page.goto(url);
    return { page, complaints, strayRequests };
  };
}
