import type { Grammar } from '../completion/candidates.js';
import { candidatesFor } from '../completion/candidates.js';
import { exitCodes } from '../exit-codes.js';
import type { Definition } from './definition.js';

/** What the completion scripts ask; it is not for people. */
export function completeCommand(grammar: () => Grammar): Definition {
  return {
    name: 'complete',
    isHidden: true,
    summary: 'Print what a command line could go on with',
    description:
      'Prints candidates for the last of the words, one a line, each with its meaning after a tab.',
    argument: { name: '[words...]', meaning: 'The command line so far, without the name of the program' },
    options: [],
    examples: [['wemasy-orders complete -- list --status pa', 'the statuses that begin so']],
    async run({ words }, { terminal }) {
      const lines = candidatesFor(words, grammar()).map(({ text, meaning }) => `${text}\t${meaning}\n`);
      await terminal.out.write(lines.join(''));
      return exitCodes.done;
    },
  };
}
