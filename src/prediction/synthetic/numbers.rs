//! Every number of a record by its name: written as patterns without `..`, so that a field that is not listed does not compile.

use crate::dynamics::{Ascent, EulerDrift, SingleEigenvalue};
use crate::experiment::certificate::{
    ActionCertificate, Comparison, DistanceCertificate, EdgeCertificate, EigenpairCertificate,
};
use crate::experiment::{Expansion, ProbeResults, QuadraticMode, QuadraticModel, Record};
use crate::process::{
    AblatedSample, Account, ByCoordinate, ByWeight, CentralSample, DiscreteSample, ExpansionRest, FlowSample,
    MapSample, MidpointSample, OutputsSample, Sample, SegmentSample, StateSample, StationaryFlowSample,
    StationarySample,
};

/// What is done to the numbers: a name and what is there.
pub type Visit<'a> = dyn FnMut(&'static str, Number<'_>) + 'a;

/// A number, or several.
pub enum Number<'a> {
    /// A real number.
    Real(&'a mut f64),
    /// A real number that may be missing.
    Maybe(&'a mut Option<f64>),
    /// Several.
    Reals(&'a mut Vec<f64>),
    /// A count.
    Count(&'a mut usize),
}

use Number::{Count, Maybe, Real, Reals};

/// All numbers of a record.
pub fn visit(record: &mut Record, f: &mut Visit<'_>) {
    let Record {
        dim,
        learning_rate,
        pace,
        growth,
        amplification,
        adaptive: _,
        steps,
        largest_norm,
        substeps,
        segment,
        eigen_tolerance,
        samples,
        probes: found,
        stops: _,
        cancelled: _,
        accounts,
        bits: _,
    } = record;
    f("dim", Count(dim));
    f("learning_rate", Real(learning_rate));
    f("pace", Real(pace));
    f("growth", Real(growth));
    f("amplification", Real(amplification));
    f("steps", Count(steps));
    f("largest_norm", Real(largest_norm));
    f("substeps", Count(substeps));
    f("segment", Count(segment));
    f("eigen_tolerance", Real(eigen_tolerance));
    for Account { process: _, products, bits: _, moves: _ } in accounts {
        f("products", Count(products));
    }
    samples.iter_mut().for_each(|s| sample(s, f));
    probes(found, f);
}

/// All numbers of a sample.
pub fn sample(sample: &mut Sample, f: &mut Visit<'_>) {
    f("step", Count(&mut sample.step));
    let DiscreteSample { loss, gradient_square, edge_step, step_length, shift } = &mut sample.discrete;
    f("discrete.loss", Real(loss));
    f("discrete.gradient_square", Real(gradient_square));
    f("discrete.edge_step", Real(edge_step));
    f("discrete.step_length", Real(step_length));
    f("discrete.shift", Maybe(shift));
    sample.get_mut::<MidpointSample>().into_iter().for_each(|m| midpoint(m, f));
    if let Some(FlowSample { loss, sharpness, error, path, euler_error, to_central_flow }) = sample.get_mut()
    {
        f("gradient_flow.loss", Real(loss));
        f("gradient_flow.sharpness", Real(sharpness));
        f("gradient_flow.error", Real(error));
        f("gradient_flow.path", Real(path));
        f("gradient_flow.euler_error", Real(euler_error));
        f("gradient_flow.to_central_flow", Maybe(to_central_flow));
    }
    sample.get_mut::<CentralSample>().into_iter().for_each(|c| central(c, f));
    sample.get_mut::<MapSample>().into_iter().for_each(|m| map(m, f));
    sample.get_mut::<SegmentSample>().into_iter().for_each(|s| segment(s, f));
    if let Some(ablated) = sample.get_mut() {
        let AblatedSample { loss, effective_sharpness, sharpness, mean_step, mean_step_of_descent, trace } =
            ablated;
        f("ablated_flow.loss", Real(loss));
        f("ablated_flow.effective_sharpness", Real(effective_sharpness));
        f("ablated_flow.sharpness", Maybe(sharpness));
        f("ablated_flow.mean_step", Real(mean_step));
        f("ablated_flow.mean_step_of_descent", Real(mean_step_of_descent));
        f("ablated_flow.trace", Real(trace));
    }
    if let Some(outputs) = sample.get_mut() {
        let OutputsSample { accuracy, of_descent, average, excess, expected } = outputs;
        f("outputs.accuracy", Maybe(accuracy));
        f("outputs.of_descent", Reals(of_descent));
        f("outputs.average", Reals(average));
        f("outputs.excess", Maybe(excess));
        f("outputs.expected", Maybe(expected));
    }
    sample.get_mut::<StationarySample>().into_iter().for_each(|s| stationary(s, f));
    if let Some(flow) = sample.get_mut() {
        let StationaryFlowSample { loss, trace, to_midpoint, without_force, frozen, way } = flow;
        f("stationary_flow.loss", Real(loss));
        f("stationary_flow.trace", Real(trace));
        f("stationary_flow.to_midpoint", Real(to_midpoint));
        f("stationary_flow.without_force", Real(without_force));
        f("stationary_flow.frozen", Real(frozen));
        f("stationary_flow.way", Real(way));
    }
}

fn stationary(stationary: &mut StationarySample, f: &mut Visit<'_>) {
    let StationarySample {
        memories,
        past,
        cosine,
        uniform,
        without,
        before,
        state,
        stationary_state,
        trace,
        decrease,
        least_trace,
        least_trace_decrease,
        uniform_decrease,
        directions,
        gap,
        least_trace_gap,
        infeasibility,
        excess,
        stationarity,
        half_stationarity,
        oscillation,
    } = stationary;
    f("stationary.memories", Real(memories));
    f("stationary.past", Real(past));
    f("stationary.cosine", Real(cosine));
    f("stationary.uniform", Real(uniform));
    f("stationary.without", Real(without));
    f("stationary.before", Maybe(before));
    f("stationary.state", Real(state));
    f("stationary.stationary_state", Real(stationary_state));
    f("stationary.trace", Real(trace));
    f("stationary.decrease", Real(decrease));
    f("stationary.least_trace", Real(least_trace));
    f("stationary.least_trace_decrease", Real(least_trace_decrease));
    f("stationary.uniform_decrease", Real(uniform_decrease));
    f("stationary.directions", Count(directions));
    f("stationary.gap", Real(gap));
    f("stationary.least_trace_gap", Real(least_trace_gap));
    f("stationary.infeasibility", Real(infeasibility));
    f("stationary.excess", Real(excess));
    f("stationary.stationarity", Real(stationarity));
    f("stationary.half_stationarity", Real(half_stationarity));
    if let Some(ByWeight { measured, predicted, cosine, uniform, halves }) = oscillation {
        f("by_weight.measured", Real(measured));
        f("by_weight.predicted", Real(predicted));
        f("by_weight.cosine", Real(cosine));
        f("by_weight.uniform", Real(uniform));
        f("by_weight.halves", Maybe(halves));
    }
}

fn midpoint(midpoint: &mut MidpointSample, f: &mut Visit<'_>) {
    let MidpointSample {
        loss,
        gradient_square,
        eigenvalues,
        residual,
        sharpening,
        sharpness_gradient_square,
        path,
        displacement_square,
        to_gradient_flow,
        to_central_flow,
    } = midpoint;
    f("midpoint.loss", Real(loss));
    f("midpoint.gradient_square", Real(gradient_square));
    f("midpoint.eigenvalues", Reals(eigenvalues));
    f("midpoint.residual", Real(residual));
    f("midpoint.sharpening", Real(sharpening));
    f("midpoint.sharpness_gradient_square", Real(sharpness_gradient_square));
    f("midpoint.path", Real(path));
    f("midpoint.displacement_square", Real(displacement_square));
    f("midpoint.to_gradient_flow", Maybe(to_gradient_flow));
    f("midpoint.to_central_flow", Maybe(to_central_flow));
}

fn central(central: &mut CentralSample, f: &mut Visit<'_>) {
    let CentralSample {
        loss,
        gradient_square,
        edge_step,
        eigenvalues,
        residual,
        sigma,
        oscillation,
        rise,
        gradient_variance,
        effective_variance,
        complementarity,
        half_complementarity,
        single,
        path,
        ascent,
    } = central;
    f("central.loss", Real(loss));
    f("central.gradient_square", Real(gradient_square));
    f("central.edge_step", Real(edge_step));
    f("central.eigenvalues", Reals(eigenvalues));
    f("central.residual", Real(residual));
    f("central.sigma", Reals(sigma));
    f("central.oscillation", Reals(oscillation));
    f("central.rise", Real(rise));
    f("central.gradient_variance", Real(gradient_variance));
    f("central.effective_variance", Real(effective_variance));
    f("central.complementarity", Real(complementarity));
    f("central.half_complementarity", Real(half_complementarity));
    if let Some(SingleEigenvalue { closed_form, solved, projection_mismatch, cosine }) = single {
        f("single.closed_form", Real(closed_form));
        f("single.solved", Real(solved));
        f("single.projection_mismatch", Real(projection_mismatch));
        f("single.cosine", Real(cosine));
    }
    f("central.path", Real(path));
    if let Some(Ascent { change, descent, loss, restoring, euler }) = ascent {
        f("ascent.change", Real(change));
        f("ascent.descent", Real(descent));
        f("ascent.loss", Real(loss));
        f("ascent.restoring", Real(restoring));
        f("ascent.euler", Real(euler));
    }
}

fn map(map: &mut MapSample, f: &mut Visit<'_>) {
    let MapSample { distance, to_descent, to_midpoint, sharpness, trace, effective_variance } = map;
    f("map.distance", Maybe(distance));
    f("map.to_descent", Real(to_descent));
    f("map.to_midpoint", Maybe(to_midpoint));
    f("map.sharpness", Real(sharpness));
    f("map.trace", Real(trace));
    f("map.effective_variance", Real(effective_variance));
}

fn segment(segment: &mut SegmentSample, f: &mut Visit<'_>) {
    let SegmentSample { start, map, to_map, ahead, to_gradient_flow, map_to_flow, curvature, rest, state } =
        segment;
    f("segment.start", Count(start));
    central(map, f);
    f("segment.to_map", Real(to_map));
    f("segment.ahead", Real(ahead));
    f("segment.to_gradient_flow", Maybe(to_gradient_flow));
    f("segment.map_to_flow", Maybe(map_to_flow));
    f("segment.curvature", Reals(curvature));
    if let Some(ExpansionRest { force, pace, curvature, gradient, decay }) = rest {
        f("rest.force", Real(force));
        f("rest.pace", Real(pace));
        f("rest.curvature", Real(curvature));
        f("rest.gradient", Real(gradient));
        f("rest.decay", Real(decay));
    }
    if let Some(StateSample { size, predicted, longer, by_coordinate }) = state {
        f("state.size", Real(size));
        f("state.predicted", Real(predicted));
        f("state.longer", Real(longer));
        if let Some(ByCoordinate { predicted, without, halves }) = by_coordinate {
            f("by_coordinate.predicted", Real(predicted));
            f("by_coordinate.without", Real(without));
            f("by_coordinate.halves", Real(halves));
        }
    }
}

fn probes(probes: &mut ProbeResults, f: &mut Visit<'_>) {
    let ProbeResults {
        expansions,
        quadratic_models,
        edges,
        actions,
        distances,
        eigenpairs,
        euler_drifts,
        products,
    } = probes;
    for Expansion { step, x, error, error_without_third, floor } in expansions {
        f("expansion.step", Count(step));
        f("expansion.x", Reals(x));
        f("expansion.error", Reals(error));
        f("expansion.error_without_third", Reals(error_without_third));
        f("expansion.floor", Reals(floor));
    }
    for QuadraticModel { step, modes } in quadratic_models {
        f("quadratic_model.step", Count(step));
        for QuadraticMode { effective, coordinates, error } in modes {
            f("mode.effective", Real(effective));
            f("mode.coordinates", Reals(coordinates));
            f("mode.error", Reals(error));
        }
    }
    for EdgeCertificate { step, substep, trace, need, violation, half_violation, numerical_error } in edges {
        f("edge.step", Count(step));
        f("edge.substep", Count(substep));
        f("edge.trace", Real(trace));
        f("edge.need", Real(need));
        f("edge.violation", Real(violation));
        f("edge.half_violation", Real(half_violation));
        f("edge.numerical_error", Real(numerical_error));
    }
    for ActionCertificate { step, substep, trace, comparisons } in actions {
        f("action.step", Count(step));
        f("action.substep", Count(substep));
        f("action.trace", Real(trace));
        comparisons.iter_mut().for_each(|c| comparison(c, f));
    }
    for DistanceCertificate { step, comparisons } in distances {
        f("distance.step", Count(step));
        comparisons.iter_mut().for_each(|c| comparison(c, f));
    }
    for EigenpairCertificate {
        step,
        process: _,
        count,
        residual,
        reported,
        orthogonality,
        missed,
        dropped,
    } in eigenpairs
    {
        f("eigenpair.step", Count(step));
        f("eigenpair.count", Count(count));
        f("eigenpair.residual", Real(residual));
        f("eigenpair.reported", Real(reported));
        f("eigenpair.orthogonality", Real(orthogonality));
        f("eigenpair.missed", Real(missed));
        f("eigenpair.dropped", Maybe(dropped));
    }
    for EulerDrift { steps, distance, rest, error } in euler_drifts {
        f("drift.steps", Count(steps));
        f("drift.distance", Reals(distance));
        f("drift.rest", Reals(rest));
        f("drift.error", Real(error));
    }
    f("certificate products", Count(products));
}

fn comparison(comparison: &mut Comparison, f: &mut Visit<'_>) {
    let Comparison { quantity: _, size, difference, allowed, control } = comparison;
    f("comparison.size", Real(size));
    f("comparison.difference", Real(difference));
    f("comparison.allowed", Real(allowed));
    f("comparison.control", Maybe(control));
}
