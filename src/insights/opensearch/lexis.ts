import type { Lexis } from '../syntax/index.ts';

const SYMBOL = /<>|\|\||!=|<=|>=|==|[|(),=<>+\-*/%^!.:;[\]{}?]/y;

/** `-- line` and block comments. */
export const SQL_LEXIS: Lexis = {
  space: /(?:\s+|--[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)*/y,
  symbol: SYMBOL,
  doubledQuotes: true,
};

/** `// line` and block comments; `#` as in Logs Insights QL, for queries that are moved over. */
export const PPL_LEXIS: Lexis = {
  space: /(?:\s+|\/\/[^\n]*|#[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)*/y,
  symbol: /!=|<=|>=|==|<>|[|(),=<>+\-*/%^!.:;[\]{}?]/y,
  doubledQuotes: true,
};
