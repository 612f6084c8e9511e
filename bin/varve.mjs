#!/usr/bin/env node
// Plain JavaScript, so that an old Node can still say what is wrong.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(
    `varve needs Node.js 24 or newer; this is ${process.versions.node}.\n` +
      'In a checkout, `npx varve …` and `npm run …` use the Node.js that `npm ci` has installed beside it.\n',
  );
  process.exit(1);
}
giveMemoryBack();
const { main } = await import('../src/main.ts');
process.exitCode = await main(process.argv.slice(2));

/**
 * A server's buffers come and go by tens of megabytes, and glibc keeps what was freed unless it is told otherwise before
 * the process begins. So the process begins once more, in the same place and under the same number.
 */
function giveMemoryBack() {
  const serves = ['serve', 'demo'].includes(process.argv[2] ?? '');
  if (!serves || process.platform !== 'linux' || process.env.MALLOC_TRIM_THRESHOLD_ || !process.execve) return;
  const env = { ...process.env, MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_ARENA_MAX: '2' };
  process.execve(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)], env);
}
