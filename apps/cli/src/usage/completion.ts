import * as z from 'zod';
import { completionScripts, shells } from '../completion/scripts.js';
import { exitCodes } from '../exit-codes.js';
import type { Definition } from './definition.js';

export const completion: Definition = {
  name: 'completion',
  summary: 'Print a script that lets a shell complete command lines',
  description:
    'Prints what a shell has to run at its start to complete commands, options, and the values of filters.',
  argument: { name: '<shell>', meaning: 'Which shell', choices: shells },
  options: [],
  examples: [
    ['source <(wemasy-orders completion bash)', 'in ~/.bashrc'],
    ['source <(wemasy-orders completion zsh)', 'in ~/.zshrc, after compinit'],
    ['wemasy-orders completion fish | source', 'in ~/.config/fish/config.fish'],
  ],
  async run({ words }, { terminal }) {
    const [shell] = z.tuple([z.enum(shells)]).parse(words);
    await terminal.out.write(completionScripts[shell]);
    return exitCodes.done;
  },
};
