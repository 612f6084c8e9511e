type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** The members that have a value: on the wire an absent member is absent, never undefined. */
export function present<T extends object>(members: T): Partial<Present<T>> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<Present<T>>;
}

/** A copy without one of its members. */
export function without<T extends object, K extends keyof T>(members: T, name: K): Omit<T, K> {
  const copy: Partial<T> = { ...members };
  delete copy[name];
  return copy as Omit<T, K>;
}
