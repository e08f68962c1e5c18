#!/usr/bin/env node
// Old versions of Node must be able to parse this file, so it imports nothing, and its syntax is that of 2015. What is
// loaded afterwards needs `process.getBuiltinModule`, which Node 21 and 22.0 to 22.2 do not have.

const needed = 'Node 20.19, or 22.3 or later';
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19) || typeof process.getBuiltinModule !== 'function') {
  console.error(
    `wemasy-orders-mcp needs ${needed}; this is Node ${process.versions.node} (${process.execPath}). ` +
      'Install a newer Node, or name the path of one as the command in the configuration of the assistant.',
  );
  process.exitCode = 1;
} else {
  void import('./start.js').then(({ start }) =>
    start({
      argv: process.argv.slice(2),
      environment: process.env,
      // Reading these properties opens the streams, and not every command needs them.
      stdio: () => ({ stdin: process.stdin, stdout: process.stdout }),
      stderr: () => process.stderr,
    }),
  );
}
