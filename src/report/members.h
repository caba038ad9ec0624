/* SPDX-License-Identifier: Apache-2.0 */
/* The answers to `ward members` and `ward whoami` in their forms. */
#pragma once

#include "analysis/profile.h"
#include "analysis/roster.h"
#include "report/text.h"

void ward_report_members_text(const struct ward_rosters *rosters, const struct ward_text *text);

/* Kind Members. */
void ward_report_members_json(const struct ward_rosters *rosters, FILE *out);

/* What other commands take as a name, one a line. */
void ward_report_members_names(const struct ward_rosters *rosters, FILE *out);

void ward_report_whoami_text(const struct ward_profiles *profiles, const struct ward_text *text);

/* Kind Whoami. */
void ward_report_whoami_json(const struct ward_profiles *profiles, FILE *out);
