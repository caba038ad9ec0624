/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "lab/control.h"

/* Listens to the nodes from now on. */
int lab_observers_open(struct lab *lab);
