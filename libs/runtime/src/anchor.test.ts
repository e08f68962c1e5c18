import { describe, expect, it } from 'vitest';
import { type Anchor, checkAnchor, remember } from './anchor.js';

const known = {
  id: 'journal-1',
  place: '/state',
  writes: 5,
  lastWrite: 3,
  accounts: ['main'],
  seenAt: '2026-11-28T09:00:00.000Z',
};
const anchor: Anchor = { version: 1, api: 'api', writer: 'me', journals: [known] };
const generation = { id: 'journal-1', writes: 5, lastWrites: { me: 3 } };
const found = { generation, place: '/state', account: 'main' };

describe('a journal', () => {
  it.each([
    ['as many writes as were seen', generation],
    ['more of them', { ...generation, writes: 6 }],
    ['a later one of this user', { ...generation, writes: 6, lastWrites: { me: 6 } }],
  ])('is the right one with %s', (_, there) => {
    expect(checkAnchor(anchor, { ...found, generation: there })).toBeUndefined();
  });

  it.each([
    ['fewer writes than were seen', 'lost_writes', { generation: { ...generation, writes: 4 } }],
    [
      'an older write of this user',
      'lost_writes',
      { generation: { ...generation, writes: 9, lastWrites: { me: 2 } } },
    ],
    [
      'no write of this user',
      'lost_writes',
      { generation: { ...generation, writes: 9, lastWrites: { other: 9 } } },
    ],
    ['another id', 'other_journal', { generation: { ...generation, id: 'journal-2' } }],
    ['no beginning', 'none_here', { generation: undefined }],
    ['another place', 'other_place', { place: '/copy' }],
  ])('is doubted with %s', (_, kind, parts) => {
    expect(checkAnchor(anchor, { ...found, ...parts })).toEqual({ kind, expected: known });
  });

  it('is believed where nothing is known yet', () => {
    expect(checkAnchor({ ...anchor, journals: [] }, found)).toBeUndefined();
  });
});

describe('what is remembered of a journal', () => {
  const now = '2026-11-29T09:00:00.000Z';
  const after = (parts: object) => remember(anchor, { ...found, ...parts }, now).journals;

  it('is the highest number of writes, whatever an older look has found', () => {
    expect(after({ generation: { ...generation, writes: 8 }, lastWrite: 8 })).toEqual([
      { ...known, writes: 8, lastWrite: 8, seenAt: now },
    ]);
    expect(after({ generation: { ...generation, writes: 2 }, lastWrite: 2 })).toEqual([
      { ...known, seenAt: now },
    ]);
  });

  it('is every account that used it', () => {
    expect(after({ account: 'second' })).toEqual([{ ...known, accounts: ['main', 'second'], seenAt: now }]);
  });

  it('is kept beside what is known of others', () => {
    const other = { ...generation, id: 'journal-2', writes: 1 };
    expect(after({ generation: other }).map(({ id, writes }) => [id, writes])).toEqual([
      ['journal-1', 5],
      ['journal-2', 1],
    ]);
  });
});
