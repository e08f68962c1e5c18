/** Names that Windows keeps for devices, with any extension. */
const RESERVED = new Set(['con', 'prn', 'aux', 'nul']);
for (let port = 0; port <= 9; port += 1) RESERVED.add(`com${port}`).add(`lpt${port}`);
/** Names of most file systems end at 255 bytes; a lock's name is longer than its record's. */
const LONGEST_NAME = 120;

/**
 * The path of a key's files below the folder, without their extension: one name for each segment of the key.
 *
 * Two keys never meet in one file, also where the file system ignores case or forbids characters: whatever is
 * not a small letter, a digit, `-` or `_` is percent-encoded.
 *
 * @throws TypeError for a key with an empty or an overlong segment.
 */
export function filePathOf(key: string): string[] {
  return key.split('/').map((segment) => {
    const name = encodeSegment(segment);
    if (name === '' || name.length > LONGEST_NAME) {
      throw new TypeError(
        `A key consists of segments of 1 to ${LONGEST_NAME} characters: ${key.slice(0, 200)}`,
      );
    }
    return name;
  });
}

/** The segment of a key that a file's name stands for; undefined where it is none of ours. */
export function keySegmentOf(name: string): string | undefined {
  try {
    const segment = decodeURIComponent(name);
    return segment !== '' && encodeSegment(segment) === name ? segment : undefined;
  } catch {
    return undefined;
  }
}

/** A loop: compiling an expression would be a good part of what a process's first update takes. */
function encodeSegment(segment: string): string {
  let name = '';
  for (const character of segment) name += isPlain(character) ? character : encodeCharacter(character);
  return RESERVED.has(name) ? encodeCharacter(name.charAt(0)) + name.slice(1) : name;
}

/** Whether it is a small letter, a digit, `-` or `_`. */
function isPlain(character: string): boolean {
  return (
    (character >= 'a' && character <= 'z') ||
    (character >= '0' && character <= '9') ||
    character === '-' ||
    character === '_'
  );
}

function encodeCharacter(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
