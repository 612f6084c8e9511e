/** Sets a key that came over the wire: `__proto__` is an ordinary key there. */
export function setOwn(values: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(values, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    values[key] = value;
  }
}
