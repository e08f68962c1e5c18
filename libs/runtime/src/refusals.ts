import { WriteRefusedError } from '@wemasy-orders/order-sync';
import type { Generation, Persistence } from '@wemasy-orders/state';
import type { Ambiguity } from './account-registry.js';
import type { FoundJournal, KnownJournal, Mismatch } from './anchor.js';

/** The setting with which a user accepts a journal that can be lost. */
const acceptVolatileVariable = 'WEMASY_ACCEPT_VOLATILE_JOURNAL';

/** It is not certain which account the orders belong to. */
export function accountRefusal(ambiguity: Ambiguity): WriteRefusedError {
  switch (ambiguity.kind) {
    case 'new_name':
      return new WriteRefusedError(
        `Nothing was sent: "${ambiguity.name}" is a new account, and other accounts of this API are known.`,
        [
          `Known: ${ambiguity.known.join(', ')}.`,
          'If you mean one of them, correct WEMASY_ACCOUNT.',
          `If it is another shop, run once: ${command('account add', ambiguity.name)}.`,
        ],
      );
    case 'other_name':
      return new WriteRefusedError(
        `Nothing was sent: the token is known as account "${ambiguity.owner}", and WEMASY_ACCOUNT says "${ambiguity.name}".`,
        [
          ...(ambiguity.exists
            ? []
            : [
                `If you renamed the account, run once: ${command('account rename', ambiguity.owner, ambiguity.name)}.`,
              ]),
          `If the token belongs to "${ambiguity.name}", run once: ${command('account add', ambiguity.name)}.`,
        ],
      );
    case 'no_name':
      return new WriteRefusedError(
        'Nothing was sent: several accounts of this API are known, and the token belongs to none of them.',
        [
          `Known: ${ambiguity.known.join(', ')}.`,
          `Name the account in WEMASY_ACCOUNT, or run once: ${command('account add', 'NAME')}.`,
        ],
      );
    case 'disputed':
      return new WriteRefusedError(
        `Nothing was sent: two tokens take turns as account "${ambiguity.owner}", so they may belong to two shops.`,
        [
          `If this token belongs to the same shop, run once: ${command('account add', ambiguity.owner)}.`,
          `If it belongs to another shop, give that shop a name: ${command('account add', 'NAME')}.`,
        ],
      );
  }
}

/** The account of the token changed between the look at it and the record that was to be sent. */
export function movedRefusal(): WriteRefusedError {
  return new WriteRefusedError('Nothing was sent: the token was given to another account meanwhile.', [
    'Send the order again.',
  ]);
}

/** A command as a shell takes it, set apart from the sentence. */
function command(name: string, ...args: readonly string[]): string {
  const words = args.map((arg) => (/^[\p{L}\p{N}._+-]+$/u.test(arg) ? arg : `"${arg}"`));
  return `\`${['wemasy-orders', name, ...words].join(' ')}\``;
}

const mismatches = {
  none_here: 'Nothing was sent: there is no journal here, and your orders were recorded in another one.',
  other_journal: 'Nothing was sent: this is not the journal that your orders were recorded in.',
  lost_writes: 'Nothing was sent: the journal has lost its last writes.',
  other_place: 'Nothing was sent: the journal is at another place than before, so it may be a copy.',
} as const satisfies Record<Mismatch['kind'], string>;

/** The number of writes does not show it any more. */
const hiddenLoss = 'Nothing was sent: the journal has lost writes, and others took their place.';

/** The journal may not be the one that this user's orders were recorded in. */
export function journalRefusal(
  { kind, expected }: Mismatch,
  { generation, place }: FoundJournal,
): WriteRefusedError {
  const isHidden = kind === 'lost_writes' && generation !== undefined && generation.writes >= expected.writes;
  return new WriteRefusedError(isHidden ? hiddenLoss : mismatches[kind], [
    `Expected: ${journalText(expected)}.`,
    `Found: ${generation === undefined ? `no journal at ${place}` : journalText({ ...generation, place })}.`,
    'Correct WEMASY_STATE, or find out what happened to the state.',
    `If this is the right journal, run once: ${command('journal use')}.`,
  ]);
}

export function journalText({ id, writes, place }: Generation & Pick<KnownJournal, 'place'>): string {
  return `journal ${id} at ${place}${writes === 0 ? '' : ` with ${writes} writes`}`;
}

/** The store may forget what was sent. */
export function volatileRefusal({ description }: Persistence): WriteRefusedError {
  return new WriteRefusedError(
    'Nothing was sent: the journal would not outlast a restart, and then orders could be booked twice.',
    [
      `Found: ${description}.`,
      'Keep the state in a folder (leave WEMASY_STATE unset), or make the store persistent.',
      `To accept that orders can be booked twice, set \`${acceptVolatileVariable}=on\`.`,
    ],
  );
}

/** The record of the accounts cannot be read. */
export function unreadableRegistryRefusal(place: string): WriteRefusedError {
  return new WriteRefusedError('Nothing was sent: the record of the accounts cannot be read.', [
    `Found: a damaged record, or one of a newer version, at ${place}.`,
    'Restore it from a backup, or use the newer version.',
  ]);
}
