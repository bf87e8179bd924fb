import type { Rules } from "./check.ts";
import { describedRules } from "./described.ts";
import { dropdownRules } from "./dropdowns.ts";
import { iconRules } from "./icon.ts";
import { labelRules } from "./labels.ts";
import { operationRules } from "./operations.ts";
import { parameterRules } from "./parameters.ts";
import { pathRules } from "./paths.ts";
import { propertyRules } from "./properties.ts";
import { readmeRules } from "./readme.ts";
import { schemaRules } from "./schemas.ts";
import { topRules } from "./top.ts";
import { triggerRules } from "./triggers.ts";
import { valueRules } from "./values.ts";

/** Every rule that can be checked without Microsoft's services. */
export const allRules: Rules = {
  ...topRules,
  ...operationRules,
  ...pathRules,
  ...parameterRules,
  ...labelRules,
  ...dropdownRules,
  ...describedRules,
  ...schemaRules,
  ...triggerRules,
  ...valueRules,
  ...propertyRules,
  ...readmeRules,
  ...iconRules,
};
