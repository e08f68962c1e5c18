/** Names that Windows reserves for devices, with any extension. */
const RESERVED = new Set(['con', 'prn', 'aux', 'nul']);
for (let port = 0; port <= 9; port += 1) RESERVED.add(`com${port}`).add(`lpt${port}`);
/** Names of most file systems end at 255 bytes. */
const MAX_NAME_LENGTH = 120;

/**
 * The path of a key's file below the folder, without its extension: one name for each segment of the key.
 *
 * Two keys never share a file, even on a file system that ignores case or forbids characters: everything but small
 * letters, digits, `-` and `_` is percent-encoded.
 *
 * @throws TypeError for a key with an empty or an overlong segment, or with half a character (a lone surrogate)
 */
export function filePathOf(key: string): string[] {
  return key.split('/').map((segment) => {
    const name = encodeSegment(segment);
    if (name === '' || name.length > MAX_NAME_LENGTH) {
      throw new TypeError(
        `A key consists of segments of 1 to ${MAX_NAME_LENGTH} characters: ${key.slice(0, 200)}`,
      );
    }
    return name;
  });
}

/** The segment of a key that a file's name is for; undefined for a name that no key has. */
export function keySegmentOf(name: string): string | undefined {
  try {
    const segment = decodeURIComponent(name);
    return segment !== '' && encodeSegment(segment) === name ? segment : undefined;
  } catch {
    return undefined;
  }
}

/** A loop: compiling a regular expression would take a good part of a process's first update. */
function encodeSegment(segment: string): string {
  let name = '';
  for (const character of segment) name += isPlain(character) ? character : encodeCharacter(character);
  return RESERVED.has(name) ? encodeCharacter(name.charAt(0)) + name.slice(1) : name;
}

/** Whether a character is a small letter, a digit, `-` or `_`. */
function isPlain(character: string): boolean {
  return (
    (character >= 'a' && character <= 'z') ||
    (character >= '0' && character <= '9') ||
    character === '-' ||
    character === '_'
  );
}

function encodeCharacter(character: string): string {
  // UTF-8 has no lone surrogates: all of them would become the same bytes.
  if (character >= '\ud800' && character <= '\udfff' && character.length === 1) {
    throw new TypeError('A key must not contain half a character (a lone surrogate)');
  }
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
