/** What the IAM client throws, checked: for `assert.rejects`. */
import assert from 'node:assert/strict';

/** @param message the whole text, or what it must match */
export function refuses(code: string, message: string | RegExp, status: number): (error: unknown) => true {
  return (error) => {
    const { name, message: text, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    assert.deepEqual([name.replace(/Exception$/, ''), $metadata?.httpStatusCode], [code, status], text);
    if (typeof message === 'string') assert.equal(text, message);
    else assert.match(text, message);
    return true;
  };
}

export const noSuchUser = (name: string) => refuses('NoSuchEntity', `The user with name ${name} cannot be found.`, 404);
export const noSuchGroup = (name: string) =>
  refuses('NoSuchEntity', `The group with name ${name} cannot be found.`, 404);

/** A policy document of these statements. */
export function document(...Statement: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

export const allow = (Action: string | string[], Resource: string | string[] = '*', Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});
