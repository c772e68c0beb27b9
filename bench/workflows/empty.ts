/** Does nothing: what remains is the price of starting a workflow out of the bundle it stands in. */
export async function empty(): Promise<void> {}
