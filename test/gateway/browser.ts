/** A browser without a screen: cookies as they are meant, links and forms read from the page. */

export interface Page {
  readonly status: number;
  readonly url: URL;
  readonly text: string;
  readonly headers: Headers;
  /** The fields of the form with this action, as the page fills them in. */
  form(action: string): URLSearchParams;
}

export interface Browser {
  /** `from`: the site that a link stands on; ours where absent. */
  get(url: string, from?: 'elsewhere'): Promise<Page>;
  post(url: string, fields: URLSearchParams, headers?: { readonly [name: string]: string }): Promise<Page>;
  cookies(): readonly string[];
}

interface Sending {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: { readonly [name: string]: string };
}

interface Cookie {
  readonly value: string;
  readonly strict: boolean;
  readonly path: string;
}

export function openBrowser(base: string): Browser {
  const jar = new Map<string, Cookie>();
  const keep = (header: string): void => {
    const [pair = '', ...rest] = header.split('; ');
    const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
    const path = rest.find((one) => one.startsWith('Path='))?.slice(5) ?? '/';
    if (rest.includes('Max-Age=0')) jar.delete(name);
    else jar.set(name, { value, strict: rest.includes('SameSite=Strict'), path });
  };
  const send = async (url: URL, crossSite: boolean, init: Sending): Promise<Page> => {
    const ours = url.origin === base;
    const sent = [...jar].filter(
      ([, { strict, path }]) => ours && url.pathname.startsWith(path) && !(strict && crossSite),
    );
    const cookie = sent.map(([name, { value }]) => `${name}=${value}`).join('; ');
    const headers = { ...init.headers, ...(cookie === '' ? {} : { cookie }) };
    const response = await fetch(url, { ...init, redirect: 'manual', headers });
    if (ours) response.headers.getSetCookie().forEach(keep);
    const to = response.headers.get('location');
    const text = await response.text();
    // A way that has led over another site stays one from another site.
    if (to !== null && response.status >= 300) return send(new URL(to, url), crossSite || !ours, {});
    return {
      status: response.status,
      url,
      text,
      headers: response.headers,
      form: (action) => formIn(text, action),
    };
  };
  return {
    async get(url, from) {
      const page = await send(new URL(url, base), from === 'elsewhere', {});
      const refresh = /http-equiv="refresh" content="0; url=([^"]+)"/.exec(page.text)?.[1];
      return refresh === undefined ? page : send(new URL(unescaped(refresh), page.url), false, {});
    },
    post: (url, fields, headers = {}) =>
      send(new URL(url, base), false, {
        method: 'POST',
        body: fields.toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: base, ...headers },
      }),
    cookies: () => [...jar.keys()],
  };
}

function formIn(text: string, action: string): URLSearchParams {
  const form = new RegExp(`<form[^>]*action="${action}"[^>]*>(.*?)</form>`, 's').exec(text)?.[1] ?? '';
  const fields = [...form.matchAll(/<input\s+type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"/g)];
  return new URLSearchParams(
    fields.map(([, name = '', value = '']): [string, string] => [name, unescaped(value)]),
  );
}

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
