export { parsePpl } from './parse-ppl.ts';
