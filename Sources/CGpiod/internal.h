#pragma once
// What libgpiod1.c and libgpiod2.c each provide to cgpiod.c, besides some of CGpiod.h itself. Results are the library's:
// NULL or -1, and errno.
#include "CGpiod.h"

#include <gpiod.h>

#ifdef GPIOD_BIT // 1.x has macros of its own, 2.x has none
#define CGPIOD_LIBRARY 1
typedef struct gpiod_line cgpiod_hold;
#else
#define CGPIOD_LIBRARY 2
typedef struct gpiod_line_request cgpiod_hold;
#endif

#define CGPIOD_CONSUMER "peernetd" // what others see as the line's user

struct cgpiod_line {
    struct gpiod_chip *chip; // closing it would release the line in 1.x
    cgpiod_hold *hold;
    unsigned offset;
};

// What errno says, for the functions of CGpiod.h.
static inline int cgpiod_failure(void) { return errno > 0 ? -errno : -EIO; }

// Into a buffer of CGPIOD_NAME_SIZE; nowhere when there is none.
void cgpiod_copy(char *to, const char *from);

// The name of the chip's device, such as gpiochip0.
int cgpiod_chip_name(struct gpiod_chip *chip, char name[CGPIOD_NAME_SIZE]);

// Takes hold of a line; as it is, without direction, bias and edges, to look at its level.
cgpiod_hold *cgpiod_take(struct gpiod_chip *chip, const struct cgpiod_request *request, bool as_is);
int cgpiod_descriptor(cgpiod_hold *hold);
int cgpiod_next_edge(cgpiod_hold *hold, struct cgpiod_edge *edge);
void cgpiod_drop(cgpiod_hold *hold);
