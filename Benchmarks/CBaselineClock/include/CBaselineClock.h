#ifndef C_BASELINE_CLOCK_H
#define C_BASELINE_CLOCK_H

// Seconds of the monotonic clock.
double baseline_now(void);

// Processor seconds of this process.
double baseline_processor_seconds(void);

#endif
