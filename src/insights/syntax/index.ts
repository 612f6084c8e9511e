export * from './ast.ts';
export { type ExpressionOptions, parseExpression, parseList, parseNamed } from './expressions.ts';
export { TokenReader } from './reader.ts';
export { INSIGHTS_LEXIS, type Lexis, regexAt, type Token, tokenAt, unexpected } from './tokens.ts';
