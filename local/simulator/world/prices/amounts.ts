/**
 * The amounts of the US table in cents, ascending: 13 a dollar up to 9.99, five up to 49.99, then fewer. The steps
 * are chosen so that places agree with codes that were seen at Apple: 0.00 is place 0, 7.99 place 101, 9.99 place
 * 127, 13.99 place 147, 15.99 place 157, 17.99 place 167 and 19.99 place 177.
 */
export function dollarAmounts(): number[] {
  const amounts = [0];
  const endings = [0, 9, 19, 29, 39, 49, 59, 69, 79, 89, 90, 95, 99];
  const fill = (from: number, until: number, step: number, cents: readonly number[]) => {
    for (let dollars = from; dollars < until; dollars += step)
      for (const ending of cents) amounts.push(dollars * 100 + ending);
  };
  fill(0, 1, 1, endings.slice(3));
  fill(1, 10, 1, endings);
  fill(10, 50, 1, [0, 49, 90, 95, 99]);
  fill(50, 100, 1, [0, 90, 95, 99]);
  fill(100, 200, 1, [0, 99]);
  fill(204, 500, 5, [99, 100]);
  fill(509, 1_000, 10, [99]);
  return amounts;
}
