/** What stands in the place of something sensitive, wherever people would see it. */
export const dots = "••••••";
