import { badge, button, element, type Tone } from './element.js';
import { type Failure, readFailure } from './failure.js';
import type { ToolAnswer } from './host.js';
import { objectOr } from './json-value.js';

/** The state of sending one order. */
type SyncState =
  | { readonly kind: 'idle' | 'asking' | 'sending' }
  | {
      readonly kind: 'ended';
      readonly word: string;
      readonly tone: Tone;
      readonly detail: string;
      /** Whether the user may send it again, and from when on, in ms since the epoch. */
      readonly againFromMs?: number;
    };

const idle: SyncState = { kind: 'idle' };

/** Where one order's controls are shown: a cell of its row, and a row below it for what is longer than a word. */
export interface SyncPlace {
  readonly cell: HTMLElement;
  readonly detailRow: HTMLElement;
  readonly detail: HTMLElement;
}

export interface SyncControls {
  /** Shows one order's controls as they stand; what was sent before stays sent, on whichever page it is shown again. */
  show(orderId: number, place: SyncPlace): void;
  /** Forgets the places of a table that is taken away, but not what happened. */
  clear(): void;
}

export interface SyncControlsOptions {
  readonly sync: (orderId: number) => Promise<ToolAnswer>;
  /** Says to users of screen readers what has changed. */
  readonly announce: (text: string) => void;
  /** Gets all outcomes so far, one line each, in our own words: what the API says is not the model's to obey. */
  readonly onOutcomes: (lines: readonly string[]) => void;
}

/** The Sync button of every order: asks in place, sends once, shows what came of it. */
export function createSyncControls({ sync, announce, onOutcomes }: SyncControlsOptions): SyncControls {
  const states = new Map<number, SyncState>();
  const places = new Map<number, SyncPlace>();

  function change(orderId: number, state: SyncState): void {
    states.set(orderId, state);
    const place = places.get(orderId);
    if (place === undefined) return;
    const hadFocus =
      place.cell.contains(document.activeElement) || place.detail.contains(document.activeElement);
    const focusable = draw(orderId, state, place);
    if (hadFocus) focusable.focus();
  }

  async function send(orderId: number): Promise<void> {
    change(orderId, { kind: 'sending' });
    announce(`Sending order ${orderId}.`);
    const state = await sync(orderId).then(stateAfter, unanswered);
    change(orderId, state);
    announce(`Order ${orderId}: ${state.word}. ${state.detail}`);
    onOutcomes(
      [...states].flatMap(([id, each]) => (each.kind === 'ended' ? [`Order ${id}: ${each.word}.`] : [])),
    );
  }

  /** @returns what takes the focus when it was on what is replaced */
  function draw(orderId: number, state: SyncState, { cell, detailRow, detail }: SyncPlace): HTMLElement {
    detail.replaceChildren();
    const shown = controlsOf(orderId, state, detail);
    cell.replaceChildren(shown.inCell);
    detailRow.hidden = !detail.hasChildNodes();
    return shown.focusable ?? shown.inCell;
  }

  function controlsOf(
    orderId: number,
    state: SyncState,
    detail: HTMLElement,
  ): { readonly inCell: HTMLElement; readonly focusable?: HTMLElement } {
    switch (state.kind) {
      case 'idle':
        return { inCell: syncButton(orderId) };
      case 'asking': {
        const inCell = syncButton(orderId);
        inCell.disabled = true;
        const yes = button('Send', () => void send(orderId));
        yes.classList.add('primary');
        detail.append(question(orderId, yes));
        return { inCell, focusable: yes };
      }
      case 'sending':
        return { inCell: element('span', { tabindex: '-1' }, badge('Sending…', 'busy')) };
      case 'ended':
        detail.append(state.detail);
        if (state.againFromMs !== undefined) detail.append(' ', tryAgain(orderId, state.againFromMs));
        return { inCell: element('span', { tabindex: '-1' }, badge(state.word, state.tone)) };
    }
  }

  function syncButton(orderId: number): HTMLButtonElement {
    return button('Sync', () => change(orderId, { kind: 'asking' }), `Sync order ${orderId}`);
  }

  function question(orderId: number, yes: HTMLButtonElement): HTMLElement {
    const text = `Send order ${orderId} to SnelStart?`;
    const no = button('Cancel', () => change(orderId, idle));
    const group = element('span', { role: 'group', 'aria-label': text, class: 'question' }, text, yes, no);
    group.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') change(orderId, idle);
    });
    return group;
  }

  function tryAgain(orderId: number, fromMs: number): HTMLElement {
    const again = button('Try again', () => void send(orderId), `Try again to sync order ${orderId}`);
    const waitMs = fromMs - Date.now();
    if (waitMs > 0) {
      again.disabled = true;
      setTimeout(() => {
        again.disabled = false;
      }, waitMs);
    }
    return again;
  }

  return {
    show(orderId, place) {
      places.set(orderId, place);
      draw(orderId, states.get(orderId) ?? idle, place);
    },
    clear: () => places.clear(),
  };
}

type Ended = Extract<SyncState, { kind: 'ended' }>;

function stateAfter(answer: ToolAnswer): Ended {
  if (answer.isError) return stateAfterFailure(readFailure(answer.text));
  const { message, synced_at: syncedAt } = objectOr(answer.structured);
  return {
    kind: 'ended',
    word: 'Synced',
    tone: 'good',
    detail: `Sent ${readableTime(String(syncedAt))}.${typeof message === 'string' ? ` The API says “${message}”` : ''}`,
  };
}

/** In the reader's own time and language, to the second. */
function readableTime(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.valueOf())
    ? text
    : time.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

function stateAfterFailure({ code, sentence, details, retryable, retryAfterSeconds }: Failure): Ended {
  const detail = [sentence, ...details].join(' ');
  switch (code) {
    case 'already_synced':
      return { kind: 'ended', word: 'Already synced', tone: 'quiet', detail };
    case 'outcome_unknown':
      // Sending it again could book it twice, so there is no button for that.
      return { kind: 'ended', word: 'Outcome unknown', tone: 'warning', detail };
    default:
      return {
        kind: 'ended',
        word: 'Not synced',
        tone: 'bad',
        detail: `${code}: ${detail}`,
        ...(retryable ? { againFromMs: Date.now() + retryAfterSeconds * 1_000 } : {}),
      };
  }
}

function unanswered(error: Error): Ended {
  return {
    kind: 'ended',
    word: 'Outcome unknown',
    tone: 'warning',
    detail: `The assistant passed on no answer (${error.message}). Look in SnelStart whether the order is there.`,
  };
}
