import * as Type from "typebox";
import { notACursor } from "../../cursor.ts";
import { listOperation } from "../../list.ts";
import { choice, integer, words } from "../../schema.ts";
import { itemEnds } from "../item.ts";
import { jobRow, rowOf } from "../result.ts";
import { itemPrefix } from "../rows.ts";
import { jobId, noSuchJob } from "./fields.ts";

const JobItemRow = jobRow("Job item", {
  name: Type.Optional(words("Name", "What the item is about, where it has a name.")),
  attempts: integer("Attempts", "How often the item was taken up."),
  updatedAt: words("Updated at", "When the item last changed."),
});

export const listJobItems = listOperation({
  id: "ListJobItems",
  summary: "List the items of a job",
  description: "Lists the items of a job in order, also while it runs, each with how it ended and why.",
  route: "jobs/{jobId}/items",
  input: {
    jobId,
    status: Type.Optional(
      choice("Status", "Only items with this status.", ["planned", "sending", "waiting", ...itemEnds]),
    ),
  },
  item: JobItemRow,
  async run({ jobId: id, status }, { jobs }, { limit, position, environment }) {
    const known = position === undefined || new RegExp(`^${itemPrefix}\\d{6}$`).test(position);
    if (!known || environment !== undefined) throw notACursor();
    if (!(await jobs.read(id))) throw noSuchJob();
    const { value, next } = await jobs.items(id, { after: position, status, limit });
    return {
      value: value.map((item) => ({ ...rowOf(item), attempts: item.attempts, updatedAt: item.updatedAt })),
      position: next,
    };
  },
});
