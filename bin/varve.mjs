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
const { main } = await import('../src/main.ts');
process.exitCode = await main(process.argv.slice(2));
