// A plain (1+1)-EA in C++: what one writes by hand, with the random numbers of the standard library.
//
// usage: one_plus_one onemax|linear N RUNS SEED
// prints: CPU seconds, steps, runs
//
// Every bit flips with probability 1 / n: the gaps between flipped positions are geometric. The gain is summed over
// the flipped positions only, and undone if it is negative. Idle steps count, ties are accepted, a run starts at a
// uniform string and ends at the optimum. In linear functions every run draws its weights, uniform on [0, 1).

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <random>
#include <vector>

using Generator = std::mt19937_64;

struct OneMax {
    explicit OneMax(std::size_t) {}
    void draw(Generator&) {}
    std::int64_t weight(std::size_t) const { return 1; }
};

struct Linear {
    std::vector<double> weights;
    explicit Linear(std::size_t n) : weights(n) {}
    void draw(Generator& generator) {
        std::uniform_real_distribution<double> uniform(0.0, 1.0);
        for (double& weight : weights) weight = uniform(generator);
    }
    double weight(std::size_t position) const { return weights[position]; }
};

template <typename Function>
std::int64_t run(Function& function, std::vector<std::uint8_t>& x, Generator& generator) {
    const std::size_t n = x.size();
    std::bernoulli_distribution coin(0.5);
    std::geometric_distribution<std::int64_t> gap(1.0 / static_cast<double>(n));
    std::vector<std::size_t> flips;
    std::size_t zeros = 0;
    function.draw(generator);
    for (auto& bit : x) {
        bit = coin(generator) ? 1 : 0;
        zeros += 1 - bit;
    }
    std::int64_t steps = 0;
    while (zeros > 0) {
        ++steps;
        flips.clear();
        decltype(function.weight(0)) gain = 0;
        std::size_t after = zeros;
        for (std::size_t position = gap(generator); position < n; position += 1 + gap(generator)) {
            flips.push_back(position);
            if (x[position]) {
                gain -= function.weight(position);
                ++after;
            } else {
                gain += function.weight(position);
                --after;
            }
        }
        if (gain >= 0) {
            for (std::size_t position : flips) x[position] ^= 1;
            zeros = after;
        }
    }
    return steps;
}

template <typename Function>
void measure(std::size_t n, int runs, std::uint64_t seed) {
    Generator generator(seed);
    Function function(n);
    std::vector<std::uint8_t> x(n);
    std::int64_t steps = 0;
    const std::clock_t began = std::clock();
    for (int i = 0; i < runs; ++i) steps += run(function, x, generator);
    const double seconds = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
    std::printf("%.6f %lld %d\n", seconds, static_cast<long long>(steps), runs);
}

int main(int count, char** arguments) {
    const bool known = count == 5 && (!std::strcmp(arguments[1], "onemax") || !std::strcmp(arguments[1], "linear"));
    const long n = count == 5 ? std::atol(arguments[2]) : 0;
    if (!known || n < 2) {
        std::fprintf(stderr, "usage: one_plus_one onemax|linear N RUNS SEED, with N at least 2\n");
        return 2;
    }
    const int runs = std::atoi(arguments[3]);
    const std::uint64_t seed = std::strtoull(arguments[4], nullptr, 10);
    if (arguments[1][0] == 'o') {
        measure<OneMax>(n, runs, seed);
    } else {
        measure<Linear>(n, runs, seed);
    }
}
