// @ts-check

const { env } = process;

export const port = Number(env.PORT);
export const hosts = (env.HOSTS ?? '127.0.0.1').split(' ');
export const origin = env.ORIGIN;
/** A folder that exists. */
export const data = env.DATA;
/** 0: nothing is coalesced. */
export const windowMs = Number(env.WINDOW_MS ?? 0);
/** The posts there are: s0, s1, … */
export const slugs = new Set(Array.from({ length: Number(env.SLUGS) }, (_, n) => `s${n}`));
