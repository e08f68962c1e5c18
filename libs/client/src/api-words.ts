import type { AnswerFacts, ApiErrors } from './errors.js';
import { isRecord } from './shape.js';

/** Longest text that is kept of one message, in characters. */
const longestText = 1_000;
/** Longest text that is kept of one field's error. */
const longestFieldText = 300;
/** Most fields, and most errors of a field, that are kept. */
const mostFields = 50;
const mostTexts = 5;

/**
 * What the API wrote in its own words, bounded: `message` (or a text in `error`) and `errors`, whatever the status and
 * whatever else the body holds.
 */
export function apiWords(body: unknown): Pick<AnswerFacts, 'apiMessage' | 'apiErrors'> {
  if (!isRecord(body)) return {};
  const message = textOf(body['message']) ?? textOf(body['error']);
  const errors = errorsOf(body['errors']);
  return {
    ...(message === undefined ? {} : { apiMessage: message.slice(0, longestText) }),
    ...(Object.keys(errors).length === 0 ? {} : { apiErrors: errors }),
  };
}

function errorsOf(value: unknown): ApiErrors {
  // Some write a list of texts where others write one for each field.
  const entries = Array.isArray(value)
    ? [['errors', value] as const]
    : isRecord(value)
      ? Object.entries(value)
      : [];
  return Object.fromEntries(
    entries.slice(0, mostFields).flatMap(([field, said]) => {
      const texts = (Array.isArray(said) ? said : [said])
        .slice(0, mostTexts)
        .flatMap((each) => textOf(each) ?? []);
      return texts.length === 0
        ? []
        : [[field.slice(0, 100), texts.map((text) => text.slice(0, longestFieldText))]];
    }),
  );
}

function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) {
    const texts = value.filter((each) => typeof each === 'string');
    return texts.length === 0 ? undefined : texts.join(' ');
  }
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
