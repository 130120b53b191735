# Work verdicts out in R from what Python traced, with none of this package's code.
#
# In Python:
#     found = fa.test_claims(log)
#     found.trace().write_csv("interviews.csv")                                            # confidential
#     found.trace("wait-2-3-days", by_interval=True).write_csv("intervals.csv")            # confidential
# Then:
#     Rscript reproduce_verdict.R interviews.csv intervals.csv > verdicts.csv
#
# The first file gives every claim's difference (means of expected outcomes), its error (sums of influences by applicant,
# by employer, by both), Student's t, Holm's adjustment over the claims that were tested, and the verdict by the rule of
# docs/claims.md. What only takes a verdict back (controls, distances, two estimates apart) is not looked at. The second
# gives the difference by weights alone of the claims in it, by package survival's weighted Aalen-Johansen estimate.

library(survival)

alpha <- 0.05
least_people <- 100
given <- commandArgs(trailingOnly = TRUE)
rows <- read.csv(given[1], stringsAsFactors = FALSE)

variance <- function(influence, cluster) {
  sums <- tapply(influence, cluster, sum)
  sum(sums^2) * length(sums) / (length(sums) - 1)
}

clustered <- function(one) {
  kinds <- Filter(function(name) !all(is.na(one[[name]])), c("cluster_applicant", "cluster_employer"))
  found <- sapply(kinds, function(name) variance(one$influence, one[[name]]))
  sizes <- sapply(kinds, function(name) length(unique(one[[name]])))
  if (length(kinds) == 2) {
    both <- paste(one[[kinds[1]]], one[[kinds[2]]])
    found <- c(found, sum(found) - variance(one$influence, both))
  }
  list(se = max(sqrt(max(found)), one$least_error[1]), df = min(sizes) - 1)
}

judge <- function(one) {
  estimate <- weighted.mean(one$expected_strategy, one$counts_strategy) -
    weighted.mean(one$expected_alternative, one$counts_alternative)
  error <- clustered(one)
  t <- estimate / error$se
  direction <- one$direction[1]
  p <- if (direction == "more") 2 * pt(-abs(t), error$df) else
    pt(if (direction == "gain_below_margin") -t else t, error$df)
  reach <- qt(0.95, error$df) * error$se
  data.frame(claim = one$claim[1], estimate = estimate, se = error$se, df = error$df, p_value = p,
             low90 = estimate - reach, high90 = estimate + reach, margin = one$margin[1], direction = direction,
             people = length(unique(one$applicant_id)))
}

tested <- rows[rows$tested == "true", ]
found <- do.call(rbind, lapply(split(tested, tested$claim), judge))
found$p_adjusted <- p.adjust(found$p_value, method = "holm")

verdict <- function(one) {
  beyond <- one$p_adjusted < alpha & abs(one$estimate) >= one$margin
  if (one$people < least_people) return("inconclusive")
  if (one$direction == "gain_below_margin")
    return(if (one$high90 < one$margin) "supported" else if (beyond & one$estimate > 0) "contradicted" else "inconclusive")
  if (one$direction == "harm_below_margin")
    return(if (one$low90 > -one$margin) "supported" else if (beyond & one$estimate < 0) "contradicted" else "inconclusive")
  if (one$low90 > -one$margin & one$high90 < one$margin) return("no_meaningful_difference")
  if (beyond) return(if (one$estimate > 0) "supported" else "contradicted")
  "inconclusive"
}
found$verdict <- sapply(seq_len(nrow(found)), function(place) verdict(found[place, ]))

found$estimate_weighted <- NA
if (length(given) > 1) {
  intervals <- read.csv(given[2], stringsAsFactors = FALSE)
  intervals$ends <- factor(intervals$ends, levels = c("censored", "event", "competing"))
  for (claim in unique(intervals$claim)) {
    mine <- intervals[intervals$claim == claim, ]
    risk <- function(arm) {
      here <- mine[mine$arm == arm, ]
      # Weights change from interval to interval, so each is a row of its own that enters when it begins.
      here$row <- seq_len(nrow(here))
      curve <- survfit(Surv(interval, interval + 1, ends) ~ 1, data = here, weights = weight, id = row)
      tail(curve$pstate[, which(curve$states == "event")], 1)
    }
    found$estimate_weighted[found$claim == claim] <- risk("strategy") - risk("alternative")
  }
}
write.csv(found, stdout(), row.names = FALSE)
