/** A JSON object of which nothing is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value when it is an object, else an empty one: what is not there is then missing, not a crash. */
export function objectOr(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
