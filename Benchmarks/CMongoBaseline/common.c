#include "common.h"

#include <stdio.h>

bool mongo_baseline_fail(mongo_baseline_outcome *outcome, const char *reason, const char *detail) {
    snprintf(outcome->error, sizeof outcome->error, "%s%s%s", reason, detail ? ": " : "", detail ? detail : "");
    return false;
}

void mongo_baseline_stop(mongo_baseline_outcome *outcome, double start, double processor) {
    outcome->seconds = baseline_now() - start;
    outcome->processor_seconds = baseline_processor_seconds() - processor;
}
