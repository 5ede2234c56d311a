/** The same numbers for the same seed (xorshift), each below as many sides as it is asked for. */
export function rollsOf(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % sides;
  };
}
