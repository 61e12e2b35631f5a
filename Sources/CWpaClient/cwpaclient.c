#include "CWpaClient.h"
