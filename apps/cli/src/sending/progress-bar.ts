import { createLogUpdate } from 'log-update';
import { cutTo } from '../output/display-width.js';
import { progressText, type RunState } from './progress-text.js';
import type { Progress, ProgressOptions } from './progress-types.js';

/** How often the bar counts down, in ms. */
const redrawMs = 500;

export function createProgressBar({ total, allowance, err, clock }: ProgressOptions): Progress {
  // A hidden cursor would stay hidden when the process is killed.
  const line = createLogUpdate(err.stream, { showCursor: true });
  const startedAt = clock.monotonic();
  let state: Pick<RunState, 'done' | 'waitsUntil'> = { done: 0, waitsUntil: undefined };
  let cancelTimer: (() => void) | undefined;

  function draw(): void {
    const text = progressText({ total, startedAt, now: clock.monotonic(), ...state }, allowance);
    line(cutTo(text, err.columns() ?? text.length));
  }
  function tick(): void {
    cancelTimer = clock.setTimer(tick, redrawMs);
    draw();
  }
  /** The terminal has wrapped the old line over an unknown number of rows, so the bar starts on a new one. */
  const onResize = () => {
    line.done();
    draw();
  };
  err.stream.on('resize', onResize);
  tick();
  return {
    update(progress) {
      const waitsUntil = progress.step === 'wait' ? clock.monotonic() + progress.expectedWaitMs : undefined;
      state = { done: progress.done, waitsUntil };
      draw();
    },
    notify(text) {
      line.clear();
      err.stream.write(`${text}\n`);
      draw();
    },
    end() {
      cancelTimer?.();
      err.stream.off('resize', onResize);
      line.clear();
      line.done();
    },
  };
}
