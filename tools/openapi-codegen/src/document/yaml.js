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
    // An alias of nothing, or so many that a small text becomes a huge value.
    if (error instanceof ReferenceError) issues.add(file, error.message, 'write the value out');
    else if (error instanceof RangeError)
      issues.add(
        file,
        'an alias refers to what contains it, or it is nested too deep',
        'write the value out',
      );
    else throw error;
    return undefined;
  }
}
