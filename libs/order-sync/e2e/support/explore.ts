/** Something that may happen next. */
export interface Choice {
  /** Says what happens, so that a failing schedule can be read. */
  readonly name: string;
  /** A fault, a cancel, or time that passes although something else could happen; schedules have a limited number. */
  readonly disturbs: boolean;
  run(): void;
}

/** One run of a system whose every step is chosen from outside. */
export interface World {
  /** What may happen next, in a stable order; none when the run is over. */
  choices(): readonly Choice[];
  /** Resolves when nothing moves until the next choice. */
  settled(): Promise<void>;
  /** Names everything that the future depends on: two worlds of the same state have the same futures. */
  state(): string;
  /** @throws when an invariant is broken that must hold after every step */
  check(): void;
  /** @throws when an invariant is broken that must hold at the end */
  checkEnd(): Promise<void>;
}

export interface Exploration {
  readonly schedules: number;
  readonly steps: number;
  readonly states: number;
}

/** A schedule that broke an invariant. */
class BrokenSchedule extends Error {
  override readonly name = 'BrokenSchedule';

  constructor(schedule: readonly string[], cause: unknown) {
    super(
      `${cause instanceof Error ? cause.message : String(cause)}\nschedule:\n  ${schedule.join('\n  ')}`,
      {
        cause,
      },
    );
  }
}

/** Longer than any run that ends. */
const longestRun = 2_000;

/**
 * Runs every schedule with at most `disturbances` disturbing choices. A run stops early where it reaches a state that an
 * earlier one left with as many disturbances to spare: their futures are the same.
 *
 * @throws {BrokenSchedule}
 */
export async function exploreAll(
  createWorld: () => World,
  { disturbances }: { readonly disturbances: number },
): Promise<Exploration> {
  /** Disturbances to spare with which a state was left, at most. */
  const seen = new Map<string, number>();
  let schedules = 0;
  let steps = 0;
  /** Schedules to run: the choices up to the point from which they take the first choice each time. */
  const open: number[][] = [[]];
  for (let prefix = open.pop(); prefix !== undefined; prefix = open.pop()) {
    const given = prefix;
    let left = disturbances;
    schedules += 1;
    await runSchedule(createWorld(), (choices, step, state) => {
      steps += 1;
      const usable = choices.filter(({ disturbs }) => !disturbs || left > 0);
      if (step >= given.length) {
        if ((seen.get(state) ?? -1) >= left) return 'stop';
        seen.set(state, left);
        const path = [...given, ...Array.from({ length: step - given.length }, () => 0)];
        for (let index = 1; index < usable.length; index += 1) open.push([...path, index]);
      }
      const chosen = usable[given[step] ?? 0];
      if (chosen?.disturbs === true) left -= 1;
      return chosen;
    });
  }
  return { schedules, steps, states: seen.size };
}

/**
 * Runs one schedule, with a drawn number for each choice and any number of disturbances.
 *
 * @returns how many steps it took
 * @throws {BrokenSchedule}
 */
export async function runDrawn(world: World, draws: Iterator<number>): Promise<number> {
  let steps = 0;
  await runSchedule(world, (choices, step) => {
    steps = step;
    return choices[Number(draws.next().value) % choices.length];
  });
  return steps;
}

async function runSchedule(
  world: World,
  choose: (choices: readonly Choice[], step: number, state: string) => Choice | 'stop' | undefined,
): Promise<void> {
  const schedule: string[] = [];
  try {
    for (let step = 0; ; step += 1) {
      await world.settled();
      world.check();
      const chosen = choose(world.choices(), step, world.state());
      if (chosen === 'stop') return;
      if (chosen === undefined) break;
      if (step === longestRun) throw new Error('the run does not end');
      schedule.push(chosen.name);
      chosen.run();
    }
    await world.checkEnd();
  } catch (error) {
    throw new BrokenSchedule(schedule, error);
  }
}
