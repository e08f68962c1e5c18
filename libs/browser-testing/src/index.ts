export { type AccessibilityViolation, accessibilityViolations } from './accessibility.js';
export { describeInBrowser, type Look, type Open, type Visit } from './describe-in-browser.js';
export type { Frame, Page } from 'playwright-core';
