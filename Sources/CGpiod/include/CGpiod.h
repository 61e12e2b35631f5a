#pragma once
// One small API over libgpiod 1.6 (Debian 12) and 2.x (Debian 13, Raspberry Pi OS).
//
// Functions that can fail return 0 or more when they worked and a negative errno when not. Values are logical: of an
// active-low line, 1 means low.
//
// The board's kernel needs CONFIG_GPIOLIB and CONFIG_GPIO_CDEV. libgpiod 1.6 also needs CONFIG_GPIO_CDEV_V1, and 5.7 or
// later: bias came with 5.5, edges on the monotonic clock with 5.7. libgpiod 2.x needs 5.10 or later.
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    CGPIOD_CHIPS = 64,     // chip numbers that are looked at
    CGPIOD_NAME_SIZE = 32, // of labels, line names and consumers, with the zero
};

struct gpiod_chip; // the library's own
struct cgpiod_line;

// A chip by its number, for looking at; -ENOENT when there is none of that number.
int cgpiod_chip_open(unsigned number, struct gpiod_chip **chip);
void cgpiod_chip_close(struct gpiod_chip *chip);
void cgpiod_chip_label(struct gpiod_chip *chip, char label[CGPIOD_NAME_SIZE]);
unsigned cgpiod_chip_lines(struct gpiod_chip *chip);

// Buffers of CGPIOD_NAME_SIZE, or NULL; empty strings when the line has no name or nobody holds it.
int cgpiod_chip_line(struct gpiod_chip *chip, unsigned offset, char *name, char *consumer);

enum cgpiod_bias { CGPIOD_AS_IS, CGPIOD_DISABLE, CGPIOD_PULL_UP, CGPIOD_PULL_DOWN };

struct cgpiod_request {
    unsigned chip;
    unsigned offset;
    enum cgpiod_bias bias;
    bool active_low;
    bool output;
    int value;             // outputs: 0, 1, or negative for the level that the line has
    bool edges;            // inputs: report both edges through the descriptor
    uint32_t debounce_us;  // inputs: only where cgpiod_debounces()
};

// Whether the library (and the kernel behind it) debounces inputs.
bool cgpiod_debounces(void);

// -EBUSY when another process or driver holds the line.
int cgpiod_line_request(const struct cgpiod_request *request, struct cgpiod_line **line);
void cgpiod_line_release(struct cgpiod_line *line);
int cgpiod_line_get(struct cgpiod_line *line);
int cgpiod_line_set(struct cgpiod_line *line, int value);

// Readable when an edge waits; belongs to the line.
int cgpiod_line_descriptor(struct cgpiod_line *line);

struct cgpiod_edge {
    uint64_t nanoseconds; // on cgpiod_clock()
    bool active;
};

// 1 with an edge, 0 when none waits. Never blocks.
int cgpiod_line_next_edge(struct cgpiod_line *line, struct cgpiod_edge *edge);

// CLOCK_MONOTONIC in nanoseconds: what edges are stamped with.
uint64_t cgpiod_clock(void);
