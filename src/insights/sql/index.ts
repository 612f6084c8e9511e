export { parseSql } from './parse-sql.ts';
