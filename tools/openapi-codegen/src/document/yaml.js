// @ts-check
import { parseDocument } from 'yaml';

/** @import { Issues } from './issues.js' */

/**
 * What a YAML or JSON text holds; its faults, and numbers that no JSON has, become issues.
 *
 * @param {string} text
 * @param {string} file
 * @param {Issues} issues
 * @returns {unknown} undefined where it cannot be read
 */
export function parseYaml(text, file, issues) {
  const document = parseDocument(text, { stringKeys: true });
  const faults = [...document.errors, ...document.warnings].map(
    ({ message }) => message.split(':\n')[0] ?? '',
  );
  // The parser reports what JavaScript throws when it runs out of stack.
  if (faults.some((fault) => fault.startsWith('Maximum call stack'))) throw new RangeError(faults.join());
  for (const fault of faults) issues.add(file, fault, 'correct the YAML');
  if (faults.length > 0) return undefined;
  try {
    return document.toJS({
      maxAliasCount: 10_000,
      reviver: (key, value) => {
        if (typeof value === 'number' && !Number.isFinite(value))
          issues.add(file, `${String(key)} is ${value}, which JSON has not`, 'write a number');
        return value;
      },
    });
  } catch (error) {
    // Aliases: to nothing, in a circle, or of so many that a small text becomes a huge value.
    const problem = error instanceof ReferenceError ? error.message : 'an alias refers to what contains it';
    issues.add(file, problem, 'write the value out');
    return undefined;
  }
}
