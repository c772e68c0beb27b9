/** What a deployment's store is named by: the path of a SQLite file, or the URL of a Postgres database. */

export function isPostgresUrl(source: string): boolean {
  return /^postgres(ql)?:/i.test(source);
}

/** A password in a URL ends up in process lists, logs and shell histories. */
export function isSafePostgresUrl(source: string): boolean {
  const url = URL.parse(source);
  return url !== null && url.password === '' && !url.searchParams.has('password');
}

/** For messages: without its query, which may hold anything. */
export function shownSource(source: string): string {
  if (!isPostgresUrl(source)) return source;
  const url = URL.parse(source);
  if (url === null) return 'the Postgres database';
  const user = url.username === '' ? '' : `${url.username}@`;
  return `${url.protocol}//${user}${url.host}${url.pathname}`;
}
