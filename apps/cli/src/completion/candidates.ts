import type { Option } from 'commander';
import type { Definition } from '../usage/definition.js';

/** Something that the word under the cursor could become. */
export interface Candidate {
  readonly text: string;
  readonly meaning: string;
}

export interface Grammar {
  readonly definitions: readonly Definition[];
  /** Options that every command takes. */
  readonly globalOptions: readonly Option[];
}

/**
 * What could stand where the cursor is.
 *
 * @param words what stands behind the program's name; the last one is being written and may be empty
 */
export function candidatesFor(
  words: readonly string[],
  { definitions, globalOptions }: Grammar,
): Candidate[] {
  // Bash breaks `--status=paid` into three words.
  const [current = '', ...before] = words.filter((word) => word !== '=').reverse();
  let definition: Definition | undefined;
  let awaiting: Option | undefined;
  const optionsOf = () => [...(definition?.options ?? []), ...globalOptions];
  const named = (word: string) => optionsOf().find(({ long }) => long === word);
  for (const word of before.reverse()) {
    if (awaiting !== undefined) awaiting = undefined;
    else if (word.startsWith('-')) awaiting = takesValue(named(word));
    else definition ??= definitions.find(({ name }) => name === word);
  }
  const [, flag, value] = /^(--[^=]+)=(.*)$/.exec(current) ?? [];
  if (flag !== undefined && value !== undefined) {
    return valuesOf(takesValue(named(flag)), value, definition).map(({ text, meaning }) => ({
      text: `${flag}=${text}`,
      meaning,
    }));
  }
  if (awaiting !== undefined) return valuesOf(awaiting, current, definition);
  const found = current.startsWith('-')
    ? optionsOf().flatMap(({ long, description, hidden }) =>
        long === undefined || hidden ? [] : [{ text: long, meaning: description }],
      )
    : definition === undefined
      ? definitions
          .filter(({ isHidden }) => isHidden !== true)
          .map(({ name, summary }) => ({ text: name, meaning: summary }))
      : (definition.argument?.choices ?? []).map((text) => ({ text, meaning: '' }));
  return found.filter(({ text }) => text.startsWith(current));
}

function takesValue(option: Option | undefined): Option | undefined {
  return option?.required === true ? option : undefined;
}

function valuesOf(
  option: Option | undefined,
  written: string,
  definition: Definition | undefined,
): Candidate[] {
  if (option === undefined) return [];
  const list = definition?.lists?.[option.attributeName()];
  if (list !== undefined) {
    const kept = written.slice(0, written.lastIndexOf(',') + 1);
    const last = written.slice(kept.length);
    return list.filter((name) => name.startsWith(last)).map((name) => ({ text: kept + name, meaning: '' }));
  }
  const choices = option.argChoices ?? [];
  return choices.filter((choice) => choice.startsWith(written)).map((text) => ({ text, meaning: '' }));
}
