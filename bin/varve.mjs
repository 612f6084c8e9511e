#!/usr/bin/env node
// Plain JavaScript, so that an old Node can still say what is wrong.
/** When a start is over. */
const FLUSH_MS = 3_000;

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(
    `varve needs Node.js 24 or newer; this is ${process.versions.node}.\n` +
      'In a checkout, `npx varve …` and `npm run …` use the Node.js that `npm ci` has installed beside it.\n',
  );
  process.exit(1);
}
await keepCompiled();
giveMemoryBack();
const { main } = await import('../src/main.ts');
process.exitCode = await main(process.argv.slice(2));

/**
 * A server's buffers come and go by tens of megabytes, and glibc keeps what was freed unless it is told otherwise before
 * the process begins; V8 lets the young generation of its heap grow to twice what is of use here. So the process begins once more,
 * in the same place and under the same number.
 */
function giveMemoryBack() {
  const serves = ['serve', 'demo'].includes(process.argv[2] ?? '');
  if (!serves || process.platform !== 'linux' || process.env.MALLOC_TRIM_THRESHOLD_ || !process.execve) return;
  const env = { ...process.env, MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_ARENA_MAX: '2' };
  const options = ['--max-semi-space-size=12', ...process.execArgv];
  process.execve(process.execPath, [process.execPath, ...options, ...process.argv.slice(1)], env);
}

/**
 * Compiled modules are kept from run to run, beside the packages: it halves the start, and the compiler that takes types out of
 * modules, with some 20 MB of its own, is not loaded at all. Only in a folder that nobody else can write to, since what lies
 * there is run.
 */
async function keepCompiled() {
  // Old versions have none of it, and are told so above.
  const { enableCompileCache, flushCompileCache } = await import('node:module');
  const { mkdirSync, statSync } = await import('node:fs');
  const { fileURLToPath } = await import('node:url');
  // Not only at a clean end, which a server that is killed does not have.
  setTimeout(flushCompileCache, FLUSH_MS).unref();
  if (process.env.NODE_COMPILE_CACHE || process.env.NODE_DISABLE_COMPILE_CACHE) return;
  const folder = fileURLToPath(new URL('../node_modules/.cache/varve', import.meta.url));
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(folder);
    if (uid !== process.getuid?.() || (mode & 0o022) !== 0) return;
  } catch {
    return;
  }
  enableCompileCache(folder);
  // For the processes that this one starts, or becomes.
  process.env.NODE_COMPILE_CACHE = folder;
}
